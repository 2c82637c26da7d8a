import type { ComponentChildren } from 'preact';
import type { Deployment } from '../../api/types';
import { navigate } from '../../router/location';
import { CopyButton } from '../../ui/copy_button';
import { PhasePill } from '../../ui/pill';
import { Sparkline } from '../../ui/sparkline';
import { Table } from '../../ui/table';
import { tabHref } from '../deployment/tabs';
import { Endpoint, groupName, Metadata, replicasText, StartStop, Updated } from './parts';
import type { Traffic } from './recent_traffic';

interface ListProps {
  deployments: readonly Deployment[];
  traffic: ReadonlyMap<string, Traffic>;
}

export function Cards({ deployments, traffic }: ListProps) {
  return (
    <ul class="cards">
      {deployments.map((each) => (
        <Card key={each.id} deployment={each} traffic={traffic.get(each.id)} />
      ))}
    </ul>
  );
}

/// The whole card leads to the deployment, for the pointer; the name is the link for everybody.
function Card({ deployment, traffic }: { deployment: Deployment; traffic: Traffic | undefined }) {
  const href = tabHref(deployment.id, 'information');
  const open = (event: MouseEvent) => {
    if ((event.target as Element).closest('a, button, .popover-panel') || window.getSelection()?.toString()) return;
    void navigate(href);
  };
  return (
    <li class={`card deployment-card phase-${deployment.status.phase}`} onClick={open}>
      <div class="deployment-card-head">
        <h2 class="ellipsis">
          <a href={href} title={deployment.name}>
            {deployment.name}
          </a>
        </h2>
        <PhasePill phase={deployment.status.phase} />
      </div>
      {deployment.status.phase === 'Failed' && <p class="deployment-card-reason small">{deployment.status.message}</p>}
      <dl>
        <Line name="Group">{groupName(deployment.group)}</Line>
        <Line name="Endpoint">
          <Endpoint deployment={deployment} />
        </Line>
        <Line name="Replicas">
          {replicasText(deployment)} · {deployment.endpointAccessType}
        </Line>
        <Line name="Metadata">
          <Metadata deployment={deployment} />
        </Line>
        <Line name="Traffic">{traffic ? <Sparkline {...traffic} /> : <span class="dim">-</span>}</Line>
      </dl>
      <div class="deployment-card-foot">
        <span class="dim small">
          <span class="visually-hidden">Last Updated </span>
          <Updated deployment={deployment} />
        </span>
        <StartStop deployment={deployment} />
      </div>
    </li>
  );
}

function Line({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function DeploymentTable({ deployments, traffic }: ListProps) {
  return (
    <Table
      caption="Deployments"
      rows={deployments}
      keyOf={(each) => each.id}
      columns={[
        { title: 'Title', heads: true, cell: (each) => <a href={tabHref(each.id, 'information')}>{each.name}</a> },
        { title: 'Status', cell: (each) => <PhasePill phase={each.status.phase} /> },
        { title: 'Group', cell: (each) => groupName(each.group) },
        { title: 'Replicas', cell: (each) => replicasText(each) },
        {
          title: 'Endpoint',
          cell: (each) => (
            <CopyButton text={each.endpoint} what={`endpoint of ${each.name}`}>
              Copy URL
            </CopyButton>
          ),
        },
        { title: 'Metadata', cell: (each) => <Metadata deployment={each} /> },
        {
          title: 'Traffic',
          cell: (each) => {
            const known = traffic.get(each.id);
            return known ? <Sparkline {...known} /> : '-';
          },
        },
        { title: 'Last Updated', cell: (each) => <Updated deployment={each} /> },
        { title: 'Action', cell: (each) => <StartStop deployment={each} /> },
      ]}
    />
  );
}
