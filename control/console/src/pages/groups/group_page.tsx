import { useState } from 'preact/hooks';
import { deleteGroup, patchGroup } from '../../api/administration';
import type { Deployment, Group } from '../../api/types';
import { formatInstanceType, formatNumber, plural } from '../../lib/format';
import { navigate } from '../../router/location';
import { deployments, instanceTypes, remember } from '../../state/live';
import { notify, notifyError } from '../../state/notifications';
import { administers, isAdmin, isReadOnly, me } from '../../state/session';
import { Button, LinkButton } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { EmptyState } from '../../ui/empty_state';
import { Facts } from '../../ui/facts';
import { Switch } from '../../ui/field';
import { QuotaMeter } from '../../ui/meter';
import { PageHead } from '../../ui/page_head';
import { PhasePill } from '../../ui/pill';
import { Table, type Column } from '../../ui/table';
import { EnabledPill } from './enabled_pill';
import { GroupForm } from './group_form';
import { holdersOf, quotaLines, type Holder } from './holders';

export function GroupPage({ group }: { group: Group }) {
  const [editing, setEditing] = useState(false);
  const own = [...deployments.value.values()].filter((each) => each.group === group.name);
  const mayChange = administers(group.name) && !isReadOnly.value;
  return (
    <>
      <PageHead
        title={`Group: ${group.displayName || group.name}`}
        above={[{ text: 'Groups', href: '/groups' }]}
        actions={
          <>
            <LinkButton icon="rocket" href={`/deployments?group=${encodeURIComponent(group.name)}`}>
              {plural(own.length, 'deployment')}
            </LinkButton>
            {mayChange && (
              <Button icon="pencil" onClick={() => setEditing(true)}>
                Edit
              </Button>
            )}
            {isAdmin.value && !isReadOnly.value && (
              <Button icon="trash" onClick={() => void askDeleteGroup(group, own)}>
                Delete
              </Button>
            )}
          </>
        }
      />
      <div class="stack">
        <Settings group={group} own={own} />
        <section class="card stack" aria-labelledby="quota">
          <h2 id="quota">Quota</h2>
          <div class="two">
            {quotaLines(group).map((line) => (
              <QuotaMeter key={line.resource} line={line} />
            ))}
          </div>
        </section>
        <Holders holders={holdersOf(group.name, own, instanceTypes.value)} />
        <div class="two">
          <People title="Group administrators" names={group.admins} none="None: platform administrators manage the group." />
          <People title="Members" names={group.members} none="None yet." />
        </div>
      </div>
      {editing && <GroupForm group={group} onClose={() => setEditing(false)} />}
    </>
  );
}

function Settings({ group, own }: { group: Group; own: readonly Deployment[] }) {
  const { limits } = group;
  const types = [...instanceTypes.value.values()].filter((type) => type.groups === null || type.groups.includes(group.name));
  const bounds = [
    limits?.requestsPerSecond != null && `${formatNumber(limits.requestsPerSecond)} requests a second` + (limits.burst == null ? '' : ` (burst ${limits.burst})`),
    limits?.concurrent != null && `${limits.concurrent} at a time`,
  ].filter(Boolean);
  return (
    <section class="card stack" aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      {isAdmin.value && !isReadOnly.value ? (
        <Switch
          label="Model Deployment"
          hint="Groups with enabled model deployment are able to deploy/serve models."
          checked={group.enabledDeployment}
          onChange={(enabled) => void setEnabled(group, enabled, own)}
        />
      ) : null}
      <Facts
        facts={[
          ['Name', group.name],
          ['Model Deployment', <EnabledPill enabled={group.enabledDeployment} />],
          ['Maximum Deployment(s)', group.maxDeploy ?? 'no limit'],
          ['Traffic', bounds.length > 0 ? bounds.join(', ') : 'no limit'],
          ['Instance types', types.length > 0 ? types.map(formatInstanceType).join(', ') : 'none'],
        ]}
      />
    </section>
  );
}

async function setEnabled(group: Group, enabledDeployment: boolean, own: readonly Deployment[]): Promise<void> {
  const change = async () => remember('group', group.name, await patchGroup(group.name, { enabledDeployment }));
  const running = own.filter((each) => !each.stop);
  if (enabledDeployment || running.length === 0) {
    await change().catch((error) => notifyError(error, 'Changing the group'));
  } else {
    const was = await confirm({
      title: 'Disable Model Deployment?',
      text: (
        <>
          <p>The replicas of {plural(running.length, 'deployment')} end, and callers get 503 until it is enabled again:</p>
          <Ids deployments={running} />
        </>
      ),
      yes: 'Disable',
      danger: true,
      act: change,
    });
    // The box was ticked off by the click already; said no, it has to be as the group is.
    if (!was) remember('group', group.name, { ...group });
  }
}

function Ids({ deployments: listed }: { deployments: readonly Deployment[] }) {
  return (
    <ul class="stack-tight">
      {listed.map((each) => (
        <li key={each.id} class="row">
          <strong class="mono wrap">{each.id}</strong> <PhasePill phase={each.status.phase} />
        </li>
      ))}
    </ul>
  );
}

async function askDeleteGroup(group: Group, own: readonly Deployment[]): Promise<void> {
  const was = await confirm({
    title: 'Delete group?',
    text:
      own.length === 0 ? (
        <p>
          <strong>{group.name}</strong> has no deployment. This cannot be undone.
        </p>
      ) : (
        <>
          <p>
            With <strong>{group.name}</strong> {own.length === 1 ? 'this deployment is deleted, with its' : `these ${own.length} deployments are deleted, with their`} history and
            clients. This cannot be undone.
          </p>
          <Ids deployments={own} />
        </>
      ),
    typed: group.name,
    yes: 'Delete',
    danger: true,
    act: async () => {
      // Exactly those that were shown: one that came meanwhile makes the program refuse.
      await deleteGroup(
        group.name,
        own.map((each) => each.id),
      );
      await navigate('/groups');
      remember('group', group.name, null);
    },
  });
  if (was) notify({ kind: 'success', title: group.displayName || group.name, text: 'The group has been deleted.' });
}

const holderColumns: readonly Column<Holder>[] = [
  { title: 'Deployment', heads: true, cell: ({ deployment }) => <a href={`/deployments/${deployment.id}`}>{deployment.name}</a> },
  { title: 'Status', cell: ({ deployment }) => <PhasePill phase={deployment.status.phase} /> },
  { title: 'Instance type', cell: ({ deployment }) => deployment.instanceType ?? '-' },
  { title: 'Replicas', numeric: true, cell: ({ deployment }) => deployment.replicas ?? '-' },
  { title: 'CPU', numeric: true, cell: ({ cpu }) => (cpu === null ? '-' : formatNumber(cpu)) },
  { title: 'Memory', numeric: true, cell: ({ memoryGiB }) => (memoryGiB === null ? '-' : `${formatNumber(memoryGiB)} GiB`) },
  { title: 'GPU', numeric: true, cell: ({ gpu }) => gpu ?? '-' },
];

function Holders({ holders }: { holders: readonly Holder[] }) {
  return (
    <section aria-labelledby="holders">
      <h2 id="holders">What holds the quota</h2>
      {holders.length === 0 ? (
        <EmptyState title="Nothing is held">Deployments of the group that run appear here, with what they take of its quota.</EmptyState>
      ) : (
        <div class="card list-card">
          <Table caption="Deployments that hold quota" columns={holderColumns} rows={holders} keyOf={({ deployment }) => deployment.id} />
        </div>
      )}
    </section>
  );
}

function People({ title, names, none }: { title: string; names: readonly string[]; none: string }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {names.length === 0 && <p class="dim">{none}</p>}
      <div class="names">
        {names.map((name) =>
          isAdmin.value || name === me.value?.name ? (
            <a key={name} class="name name-link" href={`/users/${encodeURIComponent(name)}`}>
              {name}
            </a>
          ) : (
            <span key={name} class="name name-link">
              {name}
            </span>
          ),
        )}
      </div>
    </section>
  );
}
