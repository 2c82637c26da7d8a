import { useEffect, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { deletePullSecret, rotateSecretKey } from '../../api/administration';
import { listPullSecrets } from '../../api/catalogue';
import { detailOf } from '../../api/problem';
import type { PullSecret } from '../../api/types';
import { plural } from '../../lib/format';
import { deployments, groups } from '../../state/live';
import { notify } from '../../state/notifications';
import { administers, isAdmin, isReadOnly } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { confirm } from '../../ui/confirm';
import { EmptyState } from '../../ui/empty_state';
import { PageHead } from '../../ui/page_head';
import { RelativeTime } from '../../ui/relative_time';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import { UsedBy } from '../../ui/used_by';
import { SecretForm } from './secret_form';
import '../../styles/admin.css';

/// One of a group is that group's administrators' to change, one of all groups the platform's.
const mayChange = (secret: PullSecret) => !isReadOnly.value && (secret.group === null ? isAdmin.value : administers(secret.group));

const mayCreate = () => !isReadOnly.value && (isAdmin.value || [...groups.value.keys()].some(administers));

async function askRotate(): Promise<void> {
  let sealed = 0;
  const was = await confirm({
    title: 'Rotate the key?',
    text: 'Every pull secret is sealed under a new key and the old one is forgotten. Deployments notice nothing; backups made before keep the old key.',
    yes: 'Rotate',
    act: async () => {
      sealed = (await rotateSecretKey()).pullSecrets;
    },
  });
  if (was) notify({ kind: 'success', title: 'Pull secrets', text: `The key has been rotated: ${plural(sealed, 'pull secret')} sealed anew.` });
}

export default function PullSecretsPage(_: PageProps) {
  const [secrets, setSecrets] = useState<readonly PullSecret[] | null>(null);
  const [problem, setProblem] = useState('');
  // A pull secret: it is changed. `new`: one is made.
  const [form, setForm] = useState<PullSecret | 'new' | null>(null);
  useEffect(() => {
    listPullSecrets().then(setSecrets, (error) => setProblem(detailOf(error)));
  }, []);
  const changed = (secret: PullSecret) => setSecrets((before) => [...(before ?? []).filter((each) => each.name !== secret.name), secret].sort((a, b) => a.name.localeCompare(b.name)));

  const askDelete = async (secret: PullSecret) => {
    const was = await confirm({
      title: 'Delete pull secret?',
      text: (
        <p>
          <strong class="wrap">{secret.name}</strong> is deleted with its credentials. This cannot be undone.
        </p>
      ),
      yes: 'Delete',
      danger: true,
      act: () => deletePullSecret(secret.name),
    });
    if (!was) return;
    setSecrets((before) => (before ?? []).filter((each) => each.name !== secret.name));
    notify({ kind: 'success', title: secret.name, text: 'The pull secret has been deleted.' });
  };

  const create = mayCreate() && (
    <Button kind="primary" icon="plus" onClick={() => setForm('new')}>
      New pull secret
    </Button>
  );
  return (
    <>
      <PageHead
        title="Pull secrets"
        actions={
          <>
            {isAdmin.value && !isReadOnly.value && (
              <Button icon="rotate-ccw" onClick={() => void askRotate()}>
                Rotate key
              </Button>
            )}
            {create}
          </>
        }
      >
        <p class="dim">Credentials of registries that images are pulled from. They are kept sealed and never shown again.</p>
      </PageHead>
      {problem && <Alert kind="error">{problem}</Alert>}
      {secrets === null ? (
        !problem && <Skeleton lines={6} />
      ) : secrets.length === 0 ? (
        <EmptyState icon="lock" title="There is no pull secret" action={create}>
          {mayCreate() ? 'Make one for a registry that asks who pulls.' : 'They are made by administrators of your groups.'}
        </EmptyState>
      ) : (
        <Secrets secrets={secrets} edit={setForm} remove={(secret) => void askDelete(secret)} />
      )}
      {form && <SecretForm {...(form === 'new' ? {} : { secret: form })} onClose={() => setForm(null)} onDone={changed} />}
    </>
  );
}

interface SecretsProps {
  secrets: readonly PullSecret[];
  edit: (secret: PullSecret) => void;
  remove: (secret: PullSecret) => void;
}

function Secrets({ secrets, edit, remove }: SecretsProps) {
  const actions: Column<PullSecret> = {
    title: 'Actions',
    cell: (secret) =>
      mayChange(secret) && (
        <div class="list-actions">
          <Button small icon="pencil" label={`Change credentials of ${secret.name}`} onClick={() => edit(secret)} />
          <Button small icon="trash" label={`Delete ${secret.name}`} onClick={() => remove(secret)} />
        </div>
      ),
  };
  const columns: Column<PullSecret>[] = [
    { title: 'Name', heads: true, cell: (secret) => <span class="wrap">{secret.name}</span> },
    { title: 'Group', cell: (secret) => (secret.group === null ? 'every group' : (groups.value.get(secret.group)?.displayName ?? secret.group)) },
    { title: 'Registries', cell: (secret) => <span class="wrap">{secret.registries.join(', ')}</span> },
    { title: 'User', cell: (secret) => <span class="wrap">{secret.user ?? 'docker config'}</span> },
    { title: 'Used by', cell: (secret) => <UsedBy deployments={[...deployments.value.values()].filter((each) => each.imagePullSecret === secret.name)} /> },
    {
      title: 'Changed',
      cell: (secret) => (
        <span>
          <RelativeTime time={secret.updatedAt} /> by {secret.updatedBy}
        </span>
      ),
    },
    ...(secrets.some(mayChange) ? [actions] : []),
  ];
  return (
    <div class="card list-card">
      <Table caption="Pull secrets" columns={columns} rows={secrets} keyOf={(secret) => secret.name} />
    </div>
  );
}
