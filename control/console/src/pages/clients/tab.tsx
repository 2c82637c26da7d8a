import { useEffect, useState } from 'preact/hooks';
import { deleteClient, listClients, updateClient } from '../../api/clients';
import type { Client, CreatedClient, Deployment } from '../../api/types';
import { formatUtc, plural } from '../../lib/format';
import { now } from '../../state/clock';
import { forgetFreshToken, keepFreshToken } from '../../state/fresh_tokens';
import { clients, remember } from '../../state/live';
import { notify, notifyError } from '../../state/notifications';
import { isReadOnly } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { EmptyState } from '../../ui/empty_state';
import { Icon, type IconName } from '../../ui/icon';
import { Pill, type Tone } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Table, type Column } from '../../ui/table';
import type { TabProps } from '../deployment/tabs';
import { AddForm } from './add_form';
import { ExpiryDialog, RotateDialog } from './change_dialogs';
import { notBefore, previousHolds, stateOf, warningsOf, type ClientState } from './client_state';
import './clients.css';
import { TokenDialog } from './token_dialog';

type Asked = { what: 'rotate' | 'expiry'; client: Client } | { what: 'token'; made: CreatedClient };

export default function ClientsTab({ deployment }: TabProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const list = [...clients.value]
    .filter(([key]) => key.startsWith(deployment.id + '/'))
    .map(([, client]) => client)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  // Events tell how often a client called as it was stored last: what is so now is asked for once.
  useEffect(() => {
    listClients(deployment.id).then(
      (found) => found.forEach((client) => remember('client', `${deployment.id}/${client.name}`, client)),
      (error) => notifyError(error, 'Reading the clients'),
    );
  }, [deployment.id]);

  const show = (made: CreatedClient) => {
    if (made.token != null) keepFreshToken(deployment.id, { client: made.name, token: made.token });
    setAsked({ what: 'token', made });
  };
  const warned = list.filter((client) => warningsOf(client, now.value).length > 0).length;
  return (
    <div class="stack">
      {!isReadOnly.value && <AddForm deployment={deployment} onMade={show} />}
      <section class="stack" aria-labelledby="client-list">
        <h2 id="client-list" class="client-list-title">
          Client List
        </h2>
        {warned > 0 && <Alert kind="warning">{plural(warned, 'client needs', 'clients need')} attention: it is said in the list why.</Alert>}
        {list.length === 0 ? (
          <EmptyState icon="key-round" title="Nobody may call it yet">
            {isReadOnly.value ? 'This deployment has no client.' : 'Add a client above: an application calls with its name and token.'}
          </EmptyState>
        ) : (
          <Table caption="Client List" rows={list} keyOf={(client) => client.name} columns={columns(deployment, setAsked)} />
        )}
      </section>
      {asked?.what === 'token' && <TokenDialog deployment={deployment} made={asked.made} onClose={close} />}
      {asked?.what === 'rotate' && <RotateDialog deployment={deployment} client={asked.client} onClose={close} onRotated={show} />}
      {asked?.what === 'expiry' && <ExpiryDialog deployment={deployment} client={asked.client} onClose={close} />}
    </div>
  );
}

const looks: Record<ClientState, { tone: Tone; icon: IconName }> = {
  Active: { tone: 'good', icon: 'circle-check' },
  Disabled: { tone: 'off', icon: 'circle-pause' },
  Expired: { tone: 'bad', icon: 'circle-x' },
};

function State({ client }: { client: Client }) {
  const state = stateOf(client, now.value);
  const holds = previousHolds(client, now.value);
  return (
    <div class="client-state">
      <Pill {...looks[state]} text={state} />
      {holds && <span class="small dim">The old token holds until {holds}</span>}
      {warningsOf(client, now.value).map((warning) => (
        <span key={warning} class="small client-warning">
          <Icon name="triangle-alert" size={14} /> {warning}
        </span>
      ))}
    </div>
  );
}

function columns(deployment: Deployment, ask: (asked: Asked) => void): Column<Client>[] {
  return [
    { title: 'Name', heads: true, cell: ({ name }) => name },
    { title: 'Token', cell: ({ prefix }) => (prefix ? <code>{prefix}…</code> : <span class="dim">imported</span>) },
    { title: 'State', cell: (client) => <State client={client} /> },
    {
      title: 'Created',
      cell: ({ createdAt, createdBy }) => (
        <div>
          <RelativeTime time={createdAt} /> <span class="dim">by {createdBy}</span>
        </div>
      ),
    },
    {
      title: 'Last used',
      cell: ({ createdAt, lastUsedAt, requests }) => (
        <div>
          {lastUsedAt ? <RelativeTime time={notBefore(createdAt, lastUsedAt)} minutes /> : 'never'}
          {requests > 0 && <div class="small dim">{plural(requests, 'request')}</div>}
        </div>
      ),
    },
    { title: 'Expires', cell: ({ expiresAt }) => (expiresAt ? <time class="client-day" dateTime={expiresAt} title={formatUtc(expiresAt)}>{expiresAt.slice(0, 10)}</time> : 'never') },
    ...(isReadOnly.value ? [] : [{ title: 'Actions', cell: (client: Client) => <Actions deployment={deployment} client={client} ask={ask} /> }]),
  ];
}

function Actions({ deployment, client, ask }: { deployment: Deployment; client: Client; ask: (asked: Asked) => void }) {
  const { name } = client;
  const disable = (disabled: boolean) =>
    updateClient(deployment.id, name, { disabled }).then((changed) => remember('client', `${deployment.id}/${name}`, changed));
  const askDisable = () =>
    confirm({ title: 'Disable client', text: `Do you want to disable '${name}'? What calls with its token gets 401 until it is enabled again.`, yes: 'Disable', danger: true, act: () => disable(true) });
  const remove = async () => {
    const was = await confirm({
      title: 'Remove client',
      text: `Do you want to remove '${name}'? What calls with its token gets 401 from then on.`,
      typed: name,
      yes: 'Remove',
      danger: true,
      act: () => deleteClient(deployment.id, name),
    });
    if (!was) return;
    remember('client', `${deployment.id}/${name}`, null);
    forgetFreshToken(deployment.id, name);
    notify({ kind: 'success', title: name, text: 'The client has been removed.' });
  };
  return (
    <div class="row client-actions">
      <Button small icon="refresh-cw" label={`Rotate ${name}`} onClick={() => ask({ what: 'rotate', client })}>
        Rotate
      </Button>
      {client.disabled ? (
        <Button small icon="play" label={`Enable ${name}`} onClick={() => void disable(false).catch((error) => notifyError(error, 'Enabling the client'))}>
          Enable
        </Button>
      ) : (
        <Button small icon="circle-pause" label={`Disable ${name}`} onClick={() => void askDisable()}>
          Disable
        </Button>
      )}
      <Button small icon="history" label={`Expiry of ${name}`} onClick={() => ask({ what: 'expiry', client })}>
        Expiry
      </Button>
      <Button small kind="ghost" icon="trash" label={`Remove ${name}`} onClick={() => void remove()} />
    </div>
  );
}
