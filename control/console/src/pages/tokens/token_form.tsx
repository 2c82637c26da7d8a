import { useState } from 'preact/hooks';
import { createToken } from '../../api/people';
import type { CreatedToken, Token } from '../../api/types';
import { groups, remember, users } from '../../state/live';
import { isAdmin, me } from '../../state/session';
import { CodeBlock } from '../../ui/code_block';
import { Checkbox, FieldErrors, SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form_dialog';
import { SecretOnce } from '../../ui/secret_once';
import { expiryAfter, lifetimes } from './token_state';

/// Makes a token, of the caller or (for administrators) of `user`, and shows it once.
export function TokenForm({ user: owner = me.value?.name ?? '', onClose }: { user?: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [user, setUser] = useState(owner);
  const [days, setDays] = useState('90');
  const [readOnly, setReadOnly] = useState(false);
  const [limited, setLimited] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [made, setMade] = useState<CreatedToken | null>(null);

  if (made) return <Made made={made} onClose={onClose} />;
  let created: CreatedToken | null = null;
  const act = async () => {
    created = await createToken({
      name,
      ...(user === me.value?.name ? {} : { user }),
      readOnly,
      groups: limited ? [...chosen] : null,
      expiresAt: expiryAfter(days, Date.now()),
    });
    const { token: _, ...shown } = created;
    remember('token', created.id, shown satisfies Token);
  };
  const of = isAdmin.value ? [...groups.value.values()].filter((group) => isOf(group, user)) : [...groups.value.values()];
  const offered = of.length > 0 ? of : [...groups.value.values()];
  return (
    <FormDialog title="New API token" yes="Create token" pointers={['/name', '/user', '/groups', '/expiresAt']} onClose={onClose} act={act} onDone={() => setMade(created)}>
      {(errorsOf) => (
        <>
          <TextField label="What it is for" required value={name} onInput={setName} errors={errorsOf('/name')} placeholder="notebook, pipeline, …" autocomplete="off" autoFocus />
          {isAdmin.value && (
            <SelectField label="User" value={user} onInput={setUser} errors={errorsOf('/user')} choices={[...users.value.keys()].sort().map((each) => ({ value: each, text: each }))} />
          )}
          <SelectField label="Expires after" value={days} onInput={setDays} errors={errorsOf('/expiresAt')} choices={[...lifetimes]} />
          <Checkbox label="Look only" hint="It changes nothing." checked={readOnly} onChange={setReadOnly} />
          <Checkbox label="For some groups only" hint="Such a token makes no tokens and changes no users." checked={limited} onChange={setLimited} />
          {limited && (
            <fieldset class="stack">
              <legend>Groups</legend>
              {offered.map((group) => (
                <Checkbox
                  key={group.name}
                  label={group.displayName || group.name}
                  checked={chosen.includes(group.name)}
                  onChange={(on) => setChosen(on ? [...chosen, group.name] : chosen.filter((each) => each !== group.name))}
                />
              ))}
              <FieldErrors errors={errorsOf('/groups')} />
            </fieldset>
          )}
        </>
      )}
    </FormDialog>
  );
}

const isOf = (group: { admins: string[]; members: string[] }, user: string) => group.admins.includes(user) || group.members.includes(user);

function Made({ made, onClose }: { made: CreatedToken; onClose: () => void }) {
  return (
    <SecretOnce title={`API token "${made.name}"`} what="API token" secret={made.token} onClose={onClose}>
      <p>For the command line, and for any HTTP client:</p>
      <CodeBlock what="commands" text={`export MODELGATE_TOKEN=${made.token}\ncurl -H "Authorization: Bearer $MODELGATE_TOKEN" ${window.location.origin}/api/v1/me`} />
    </SecretOnce>
  );
}
