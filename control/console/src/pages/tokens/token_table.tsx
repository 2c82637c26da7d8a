import { deleteToken } from '../../api/people';
import type { Token } from '../../api/types';
import { now } from '../../state/clock';
import { remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { hasFullRights, isAdmin } from '../../state/session';
import { Button } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { Day } from '../../ui/day';
import { Pill, type Tone } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Table, type Column } from '../../ui/table';
import type { IconName } from '../../ui/icon';
import { scopeText, tokenState, type TokenState } from './token_state';

const looks: Record<TokenState, { tone: Tone; icon: IconName; text: string }> = {
  active: { tone: 'good', icon: 'circle-check', text: 'Active' },
  expiring: { tone: 'warn', icon: 'triangle-alert', text: 'Expires soon' },
  expired: { tone: 'bad', icon: 'circle-x', text: 'Expired' },
  unused: { tone: 'warn', icon: 'triangle-alert', text: 'Never used in 30 days' },
};

async function askDelete(token: Token): Promise<void> {
  const was = await confirm({
    title: 'Delete API token?',
    text: (
      <p>
        Whoever uses <strong class="wrap">{token.name}</strong> (<code>{token.prefix}…</code>, {token.user}) is refused from then on. This cannot be undone.
      </p>
    ),
    yes: 'Delete',
    danger: true,
    act: async () => {
      await deleteToken(token.id);
      remember('token', token.id, null);
    },
  });
  if (was) notify({ kind: 'success', title: token.name, text: 'The API token has been deleted.' });
}

/// `withUser`: of several people.
export function TokenTable({ tokens, withUser = false }: { tokens: readonly Token[]; withUser?: boolean }) {
  const user: Column<Token> = {
    title: 'User',
    cell: (token) => (isAdmin.value ? <a href={`/users/${encodeURIComponent(token.user)}`}>{token.user}</a> : token.user),
  };
  const actions: Column<Token> = {
    title: 'Actions',
    cell: (token) => (
      <div class="list-actions">
        <Button small icon="trash" label={`Delete token ${token.name}`} onClick={() => void askDelete(token)} />
      </div>
    ),
  };
  const columns: Column<Token>[] = [
    { title: 'Name', heads: true, cell: (token) => <span class="wrap">{token.name}</span> },
    { title: 'Token', cell: (token) => <code>{token.prefix}…</code> },
    ...(withUser ? [user] : []),
    { title: 'May do', cell: (token) => <span class="wrap">{scopeText(token)}</span> },
    { title: 'State', cell: (token) => <Pill {...looks[tokenState(token, now.value)]} /> },
    { title: 'Created', cell: (token) => <RelativeTime time={token.createdAt} /> },
    { title: 'Last used', cell: (token) => (token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} minutes /> : 'never') },
    { title: 'Expires', cell: (token) => (token.expiresAt ? <Day time={token.expiresAt} /> : 'never') },
    ...(hasFullRights.value ? [actions] : []),
  ];
  return (
    <div class="card list-card">
      <Table caption="API tokens" columns={columns} rows={tokens} keyOf={(token) => token.id} />
    </div>
  );
}
