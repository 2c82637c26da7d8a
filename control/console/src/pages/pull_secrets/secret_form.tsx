import { useState } from 'preact/hooks';
import { createPullSecret, patchPullSecret } from '../../api/administration';
import type { PullSecret } from '../../api/types';
import { groups } from '../../state/live';
import { notify } from '../../state/notifications';
import { administers, isAdmin } from '../../state/session';
import { SelectField, TextArea, TextField } from '../../ui/field';
import { FormDialog, type ErrorsOf } from '../../ui/form_dialog';

type Mode = 'password' | 'docker';

const pointers: Record<Mode, string[]> = {
  password: ['/name', '/group', '/registry', '/user', '/password'],
  docker: ['/name', '/group', '/dockerConfigJson'],
};

interface Credentials {
  registry: string;
  user: string;
  password: string;
  dockerConfigJson: string;
}

/// Makes a pull secret, or gives `secret` other credentials. What is kept is never shown: a field left empty keeps it.
export function SecretForm({ secret, onClose, onDone }: { secret?: PullSecret; onClose: () => void; onDone: (secret: PullSecret) => void }) {
  const [name, setName] = useState('');
  const own = [...groups.value.values()].filter((group) => administers(group.name));
  const [group, setGroup] = useState(isAdmin.value ? '' : (own[0]?.name ?? ''));
  const [mode, setMode] = useState<Mode>(secret && secret.user === null ? 'docker' : 'password');
  const [credentials, setCredentials] = useState<Credentials>({
    registry: secret?.user == null ? '' : (secret.registries[0] ?? ''),
    user: secret?.user ?? '',
    password: '',
    dockerConfigJson: '',
  });

  const act = async () => {
    const { dockerConfigJson, registry, user, password } = credentials;
    const sent = mode === 'docker' ? { dockerConfigJson } : { registry, user, ...(password || !secret ? { password } : {}) };
    const done = secret ? await patchPullSecret(secret.name, sent) : await createPullSecret({ name, group: group || null, ...sent });
    notify({ kind: 'success', title: done.name, text: secret ? 'The pull secret has been changed.' : 'The pull secret has been created.' });
    onDone(done);
  };

  return (
    <FormDialog title={secret ? `Credentials of ${secret.name}` : 'New pull secret'} yes={secret ? 'Save' : 'Create pull secret'} pointers={pointers[mode]} onClose={onClose} act={act}>
      {(errorsOf) => (
        <>
          {!secret && (
            <>
              <TextField label="Name" required value={name} onInput={setName} errors={errorsOf('/name')} hint="Deployments name it; cannot be changed later" autocomplete="off" autoFocus />
              <SelectField
                label="Group"
                hint="Whose deployments may use it"
                value={group}
                onInput={setGroup}
                errors={errorsOf('/group')}
                choices={own.map((each) => ({ value: each.name, text: each.displayName || each.name }))}
                {...(isAdmin.value ? { empty: 'Every group' } : {})}
              />
            </>
          )}
          <div class="segments" role="group" aria-label="Credentials">
            <button type="button" aria-pressed={mode === 'password'} onClick={() => setMode('password')}>
              User and password
            </button>
            <button type="button" aria-pressed={mode === 'docker'} onClick={() => setMode('docker')}>
              Docker config JSON
            </button>
          </div>
          <CredentialFields mode={mode} credentials={credentials} onChange={setCredentials} errorsOf={errorsOf} keeps={secret !== undefined} />
        </>
      )}
    </FormDialog>
  );
}

interface FieldsProps {
  mode: Mode;
  credentials: Credentials;
  onChange: (credentials: Credentials) => void;
  errorsOf: ErrorsOf;
  keeps: boolean;
}

function CredentialFields({ mode, credentials, onChange, errorsOf, keeps }: FieldsProps) {
  const set = (change: Partial<Credentials>) => onChange({ ...credentials, ...change });
  if (mode === 'docker') {
    return (
      <TextArea
        label="Docker config JSON"
        required
        mono
        rows={7}
        value={credentials.dockerConfigJson}
        onInput={(dockerConfigJson) => set({ dockerConfigJson })}
        errors={errorsOf('/dockerConfigJson')}
        placeholder='{"auths": {"ghcr.io": {"auth": "…"}}}'
        hint="As docker login writes it to ~/.docker/config.json. Of it, auths is kept."
      />
    );
  }
  return (
    <>
      <TextField label="Registry" required value={credentials.registry} onInput={(registry) => set({ registry })} errors={errorsOf('/registry')} placeholder="ghcr.io" autocomplete="off" />
      <TextField label="User" required value={credentials.user} onInput={(user) => set({ user })} errors={errorsOf('/user')} autocomplete="off" />
      <TextField
        label="Password or access token"
        type="password"
        required={!keeps}
        value={credentials.password}
        onInput={(password) => set({ password })}
        errors={errorsOf('/password')}
        autocomplete="new-password"
        hint={keeps ? 'Needed anew with another registry or user.' : 'Kept sealed, never shown again.'}
      />
    </>
  );
}
