import { useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { plural } from '../../lib/format';
import { groups, isComplete } from '../../state/live';
import { isAdmin, isReadOnly } from '../../state/session';
import { Button, LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { QuotaMeter } from '../../ui/meter';
import { PageHead } from '../../ui/page_head';
import { Skeleton } from '../../ui/skeleton';
import { EnabledPill } from './enabled_pill';
import { GroupForm } from './group_form';
import { GroupPage } from './group_page';
import { quotaLines } from './holders';
import '../../styles/admin.css';
import './groups.css';

export default function GroupsPage({ params }: PageProps) {
  const name = params['name'];
  if (!isComplete.value) return <Skeleton lines={8} />;
  if (name === undefined) return <GroupList />;
  const group = groups.value.get(name);
  if (group) return <GroupPage group={group} />;
  return (
    <EmptyState page icon="search-x" title="Group not found" action={<LinkButton href="/groups">Groups</LinkButton>}>
      Group {name} is not found or not authorized.
    </EmptyState>
  );
}

function GroupList() {
  const [creating, setCreating] = useState(false);
  const mayCreate = isAdmin.value && !isReadOnly.value;
  const all = [...groups.value.values()].sort((a, b) => (a.displayName || a.name).localeCompare(b.displayName || b.name));
  const create = mayCreate && (
    <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
      New group
    </Button>
  );
  return (
    <>
      <PageHead title="Groups" actions={create}>
        <p class="dim">Who deploys models together, and how much they may use.</p>
      </PageHead>
      {all.length === 0 ? (
        <EmptyState icon="users" title={mayCreate ? 'There is no group yet' : 'You are in no group'} action={create}>
          {mayCreate ? 'Make one, enable Model Deployment for it and add its members: then they can deploy.' : 'Please ask a platform administrator to add you to one.'}
        </EmptyState>
      ) : (
        <ul class="cards">
          {all.map((group) => (
            <li key={group.name} class="card stack group-card">
              <div class="row spread">
                <h2>
                  <a href={`/groups/${encodeURIComponent(group.name)}`}>{group.displayName || group.name}</a>
                </h2>
                <EnabledPill enabled={group.enabledDeployment} />
              </div>
              {quotaLines(group).map((line) => (
                <QuotaMeter key={line.resource} line={line} />
              ))}
              <span class="dim small">
                {plural(group.admins.length, 'administrator')}, {plural(group.members.length, 'member')}
              </span>
            </li>
          ))}
        </ul>
      )}
      {creating && <GroupForm onClose={() => setCreating(false)} />}
    </>
  );
}
