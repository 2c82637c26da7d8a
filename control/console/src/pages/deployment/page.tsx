import { useEffect, useRef, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import type { Deployment } from '../../api/types';
import { navigate } from '../../router/location';
import { deployments, isComplete } from '../../state/live';
import { isReadOnly } from '../../state/session';
import { pagePhase } from '../../state/title';
import { Button, LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { CopyButton } from '../../ui/copy_button';
import { PageHead } from '../../ui/page_head';
import { PhasePill } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Skeleton } from '../../ui/skeleton';
import { Tabs } from '../../ui/tabs';
import { replicasText } from '../deployments/parts';
import { askDelete, askRestart, askStart, askStop, isDown } from './actions';
import { RollbackDialog } from './rollback_dialog';
import { RolloutStrip } from './rollout_strip';
import { tabHref, tabs } from './tabs';
import './deployment.css';

export default function DeploymentPage({ params }: PageProps) {
  const id = params['id'] ?? '';
  const deployment = deployments.value.get(id);
  const phase = deployment?.status.phase ?? null;
  useEffect(() => {
    pagePhase.value = phase;
    return () => {
      pagePhase.value = null;
    };
  }, [phase]);
  if (!deployment) {
    if (!isComplete.value) return <Skeleton lines={8} />;
    return (
      <EmptyState page icon="search-x" title="Not Found" action={<LinkButton href="/deployments">Deployments</LinkButton>}>
        The deployment may be removed or not authorized.
      </EmptyState>
    );
  }
  const shown = tabs.filter((each) => each.isShown?.(deployment) ?? true);
  const current = shown.find((each) => each.name === (params['tab'] ?? 'information'));
  const Tab = current?.page;
  return (
    <>
      <PageHead
        title={`Deployment: ${deployment.name}`}
        tabTitle={deployment.name}
        above={[{ text: 'Deployments', href: '/deployments' }]}
        actions={isReadOnly.value ? undefined : <Actions deployment={deployment} />}
      >
        <Summary deployment={deployment} />
      </PageHead>
      <RolloutStrip deployment={deployment} />
      <Tabs label="Deployment" current={current?.name ?? ''} tabs={shown.map(({ name, text }) => ({ name, text, href: tabHref(id, name) }))} />
      {Tab ? (
        <Tab deployment={deployment} />
      ) : (
        <EmptyState icon="search-x" title="There is no such tab" action={<LinkButton href={tabHref(id, 'information')}>Information</LinkButton>}>
          {params['tab'] === 'clients' && 'Clients are of private deployments only: this one is public.'}
        </EmptyState>
      )}
    </>
  );
}

function Summary({ deployment }: { deployment: Deployment }) {
  const { phase, message, availableReplicas } = deployment.status;
  return (
    <>
      <div class="row summary">
        <PhasePill phase={phase} />
        <span>{replicasText(deployment)} replicas</span>
        <span class="dim">·</span>
        <span>revision {deployment.revision}</span>
        <span class="dim">·</span>
        <span>
          <RelativeTime time={deployment.updatedAt} /> by <strong>{deployment.updatedBy}</strong>
        </span>
        <span class="summary-endpoint">
          <code class="ellipsis" title={deployment.endpoint}>
            {deployment.endpoint}
          </code>
          <CopyButton text={deployment.endpoint} what="endpoint" />
          {availableReplicas === 0 && <span class="dim small">not ready</span>}
        </span>
      </div>
      {(phase === 'Failed' || phase === 'Deploying') && <p class={phase === 'Failed' ? 'reason reason-bad' : 'reason dim'}>{message.split('\n', 1)[0]}</p>}
    </>
  );
}

function Actions({ deployment }: { deployment: Deployment }) {
  const [rollingBack, setRollingBack] = useState(false);
  // The page of a deployment that is gone leads nowhere.
  const gone = useRef(false);
  const remove = async () => {
    if (!(await askDelete(deployment)) || gone.current) return;
    gone.current = true;
    void navigate('/deployments');
  };
  const down = isDown(deployment);
  return (
    <>
      {down ? (
        <Button icon="play" onClick={() => void askStart(deployment)}>
          Start
        </Button>
      ) : (
        <Button icon="square" onClick={() => void askStop(deployment)}>
          Stop
        </Button>
      )}
      {!down && !deployment.external && (
        <Button icon="rotate-ccw" onClick={() => void askRestart(deployment)}>
          Restart
        </Button>
      )}
      {deployment.revision > 1 && (
        <Button icon="undo-2" onClick={() => setRollingBack(true)}>
          Rollback
        </Button>
      )}
      <Button icon="trash" onClick={() => void remove()}>
        Delete
      </Button>
      <LinkButton kind="primary" icon="pencil" href={`/deployments/${deployment.id}/update`}>
        Update
      </LinkButton>
      {rollingBack && <RollbackDialog deployment={deployment} onClose={() => setRollingBack(false)} />}
    </>
  );
}
