import { useEffect, useState } from 'preact/hooks';
import { deleteUser, getUser, patchUser } from '../../api/people';
import { ApiError, detailOf } from '../../api/problem';
import type { Account, User } from '../../api/types';
import { navigate } from '../../router/location';
import { groups, remember, tokens, users } from '../../state/live';
import { notify } from '../../state/notifications';
import { hasFullRights, isAdmin, me } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button, LinkButton } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { EmptyState } from '../../ui/empty_state';
import { Facts } from '../../ui/facts';
import { PageHead } from '../../ui/page_head';
import { RelativeTime } from '../../ui/relative_time';
import { Skeleton } from '../../ui/skeleton';
import { TokenForm } from '../tokens/token_form';
import { TokenTable } from '../tokens/token_table';
import { rememberUser, EditUser, SetPassword } from './user_forms';
import { RolePill, UserState } from './user_pills';

type Form = 'edit' | 'password' | 'token';

export function UserPage({ name }: { name: string }) {
  const self = me.value?.name === name;
  const [asked, setAsked] = useState<Account | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [form, setForm] = useState<Form | null>(null);
  useEffect(() => {
    if (!self) getUser(name).then(setAsked, setProblem);
  }, [name, self]);

  const account = self ? me.value : asked;
  if (problem instanceof ApiError && (problem.status === 404 || problem.status === 403)) {
    return (
      <EmptyState page icon="search-x" title="User not found" action={<LinkButton href={isAdmin.value ? '/users' : '/tokens'}>Back</LinkButton>}>
        User {name} is not found or not authorized.
      </EmptyState>
    );
  }
  if (problem) return <Alert kind="error">{detailOf(problem)}</Alert>;
  if (!account) return <Skeleton lines={6} />;
  // Changes come by the stream, to administrators.
  const user: User = users.value.get(name) ?? account;
  const own = [...tokens.value.values()].filter((token) => token.user === name);
  const mayMakeTokens = hasFullRights.value && (self || isAdmin.value);
  return (
    <>
      <PageHead title={`User: ${user.displayName || user.name}`} above={isAdmin.value ? [{ text: 'Users', href: '/users' }] : []} actions={hasFullRights.value && <Actions user={user} self={self} open={setForm} />} />
      <div class="stack">
        <section class="card stack" aria-label="User">
          <Facts
            facts={[
              ['Name', user.name],
              ['Role', <RolePill role={user.role} />],
              ['State', <UserState user={user} />],
              ['Signs in by', user.hasPassword ? 'password or API token' : 'API token only'],
              ['Groups', groupsOf(name, account)],
              ['Created', <RelativeTime time={user.createdAt} />],
            ]}
          />
        </section>
        <section aria-labelledby="tokens" class="stack">
          <div class="row spread">
            <h2 id="tokens">API tokens</h2>
            {mayMakeTokens && (
              <Button icon="plus" onClick={() => setForm('token')}>
                New API token
              </Button>
            )}
          </div>
          {own.length === 0 ? <p class="dim">None.</p> : <TokenTable tokens={own} />}
        </section>
      </div>
      {form === 'edit' && <EditUser user={user} onClose={() => setForm(null)} />}
      {form === 'password' && <SetPassword user={user} onClose={() => setForm(null)} />}
      {form === 'token' && <TokenForm user={name} onClose={() => setForm(null)} />}
    </>
  );
}

function groupsOf(name: string, account: Account) {
  const live = [...groups.value.values()].filter((group) => group.admins.includes(name) || group.members.includes(name));
  const shown = live.map((group) => ({ name: group.name, text: group.displayName || group.name, admin: group.admins.includes(name) }));
  const all = shown.length > 0 || isAdmin.value ? shown : account.groups.map((group) => ({ name: group.name, text: group.displayName || group.name, admin: group.role === 'admin' }));
  if (all.length === 0) return 'none';
  return all.map((group, index) => (
    <span key={group.name}>
      {index > 0 && ', '}
      <a href={`/groups/${encodeURIComponent(group.name)}`}>{group.text}</a>
      {group.admin && ' (administrator)'}
    </span>
  ));
}

function Actions({ user, self, open }: { user: User; self: boolean; open: (form: Form) => void }) {
  return (
    <>
      <Button icon="pencil" onClick={() => open('edit')}>
        Edit
      </Button>
      <Button icon="key-round" onClick={() => open('password')}>
        {user.hasPassword ? 'Change password' : 'Set password'}
      </Button>
      {isAdmin.value && (
        <>
          {user.hasPassword && !self && (
            <Button icon="lock" onClick={() => void askNoPassword(user)}>
              Remove password
            </Button>
          )}
          <LinkButton icon="scroll-text" href={`/audit?user=${encodeURIComponent(user.name)}`}>
            Audit
          </LinkButton>
          {!self && (
            <Button icon="trash" onClick={() => void askDelete(user)}>
              Delete
            </Button>
          )}
        </>
      )}
    </>
  );
}

async function askNoPassword(user: User): Promise<void> {
  const was = await confirm({
    title: 'Remove the password?',
    text: `${user.name} can sign in with API tokens only, then. Sessions of the user end.`,
    yes: 'Remove',
    danger: true,
    act: async () => rememberUser(await patchUser(user.name, { password: null })),
  });
  if (was) notify({ kind: 'success', title: user.name, text: 'The password has been removed.' });
}

async function askDelete(user: User): Promise<void> {
  const was = await confirm({
    title: 'Delete user?',
    text: (
      <p>
        <strong class="wrap">{user.name}</strong> is deleted with all API tokens; what the user deployed stays. This cannot be undone.
      </p>
    ),
    typed: user.name,
    yes: 'Delete',
    danger: true,
    act: async () => {
      await deleteUser(user.name);
      await navigate('/users');
      remember('user', user.name, null);
    },
  });
  if (was) notify({ kind: 'success', title: user.name, text: 'The user has been deleted.' });
}
