import { useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import type { User } from '../../api/types';
import { query, setQuery } from '../../router/location';
import { groups, isComplete, users } from '../../state/live';
import { isAdmin, isReadOnly } from '../../state/session';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { PageHead } from '../../ui/page_head';
import { RelativeTime } from '../../ui/relative_time';
import { ListSearch, matches } from '../../ui/list_search';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import { NewUser } from './user_forms';
import { UserPage } from './user_page';
import { RolePill, UserState } from './user_pills';
import '../../styles/admin.css';

export default function UsersPage({ params }: PageProps) {
  const name = params['name'];
  if (!isComplete.value) return <Skeleton lines={6} />;
  if (name !== undefined) return <UserPage name={name} />;
  if (!isAdmin.value) return <EmptyState page icon="lock" title="For platform administrators">Users are managed by platform administrators.</EmptyState>;
  return <UserList />;
}

function groupsText(user: User): string {
  const its = [...groups.value.values()].filter((group) => group.admins.includes(user.name) || group.members.includes(user.name));
  return its.map((group) => group.displayName || group.name).join(', ') || '-';
}

const columns: readonly Column<User>[] = [
  { title: 'Name', heads: true, cell: (user) => <a class="wrap" href={`/users/${encodeURIComponent(user.name)}`}>{user.name}</a> },
  { title: 'Display name', cell: (user) => <span class="wrap">{user.displayName || '-'}</span> },
  { title: 'Role', cell: (user) => <RolePill role={user.role} /> },
  { title: 'State', cell: (user) => <UserState user={user} /> },
  { title: 'Password', cell: (user) => (user.hasPassword ? 'set' : 'none') },
  { title: 'Groups', cell: (user) => <span class="wrap">{groupsText(user)}</span> },
  { title: 'Created', cell: (user) => <RelativeTime time={user.createdAt} /> },
];

function UserList() {
  const [creating, setCreating] = useState(false);
  const search = query.value.get('search') ?? '';
  const shown = [...users.value.values()].filter((user) => matches(search, user.name, user.displayName)).sort((a, b) => a.name.localeCompare(b.name));
  const create = !isReadOnly.value && (
    <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
      New user
    </Button>
  );
  return (
    <>
      <PageHead title="Users" actions={create}>
        <p class="dim">Who may sign in. What members may do follows from their groups.</p>
      </PageHead>
      <div class="stack">
        <ListSearch label="Search users" search={search} />
        {shown.length === 0 ? (
          <EmptyState icon="search-x" title="No user matches" action={<Button onClick={() => setQuery({ search: '' })}>Clear filters</Button>} />
        ) : (
          <div class="card list-card">
            <Table caption="Users" columns={columns} rows={shown} keyOf={(user) => user.name} />
          </div>
        )}
      </div>
      {creating && <NewUser onClose={() => setCreating(false)} />}
    </>
  );
}
