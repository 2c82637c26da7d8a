import { useState } from 'preact/hooks';
import { createUser, patchUser } from '../../api/people';
import type { Account, User } from '../../api/types';
import { navigate } from '../../router/location';
import { remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { isAdmin, loadMe, me } from '../../state/session';
import { Checkbox, SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form_dialog';

const roles = [
  { value: 'member', text: 'Member: what the groups may' },
  { value: 'admin', text: 'Platform administrator: everything' },
];

/// What the stream tells of a user has no groups.
export function rememberUser(account: Account): void {
  const { groups: _groups, readOnly: _readOnly, ...user } = account;
  remember('user', user.name, user satisfies User);
  if (user.name === me.value?.name) void loadMe();
}

export function NewUser({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [role, setRole] = useState('member');
  const [password, setPassword] = useState('');
  const act = async () => {
    const user = await createUser({ name, displayName: displayName || null, role: role as User['role'], password: password || null });
    remember('user', user.name, user);
    notify({ kind: 'success', title: user.name, text: 'The user has been created.' });
    void navigate(`/users/${encodeURIComponent(user.name)}`, { force: true });
  };
  return (
    <FormDialog title="New user" yes="Create user" pointers={['/name', '/displayName', '/role', '/password']} onClose={onClose} act={act}>
      {(errorsOf) => (
        <>
          <TextField label="Name" required value={name} onInput={setName} errors={errorsOf('/name')} hint="For signing in; cannot be changed later" autocomplete="off" autoFocus />
          <TextField label="Display name" value={displayName} onInput={setDisplayName} errors={errorsOf('/displayName')} autocomplete="off" />
          <SelectField label="Role" value={role} onInput={setRole} errors={errorsOf('/role')} choices={roles} />
          <TextField label="Password" type="password" value={password} onInput={setPassword} errors={errorsOf('/password')} hint="8 characters at least. Empty: API tokens only" autocomplete="new-password" />
        </>
      )}
    </FormDialog>
  );
}

/// Oneself changes the display name only; administrators everything.
export function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const [displayName, setDisplayName] = useState(user.displayName);
  const [role, setRole] = useState<string>(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const act = async () => {
    const all = isAdmin.value ? { role: role as User['role'], disabled } : {};
    rememberUser(await patchUser(user.name, { displayName, ...all }));
    notify({ kind: 'success', title: user.name, text: 'The user has been changed.' });
  };
  return (
    <FormDialog title={`Edit ${user.name}`} yes="Save" pointers={['/displayName', '/role', '/disabled']} onClose={onClose} act={act}>
      {(errorsOf) => (
        <>
          <TextField label="Display name" value={displayName} onInput={setDisplayName} errors={errorsOf('/displayName')} autocomplete="off" autoFocus />
          {isAdmin.value && (
            <>
              <SelectField label="Role" value={role} onInput={setRole} errors={errorsOf('/role')} choices={roles} />
              <Checkbox label="Disabled" hint="No token, session or password of this user holds." checked={disabled} onChange={setDisabled} />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}

export function SetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const asksOld = user.name === me.value?.name && user.hasPassword;
  const act = async () => {
    rememberUser(await patchUser(user.name, { password, ...(asksOld ? { oldPassword: old } : {}) }));
    notify({ kind: 'success', title: user.name, text: 'The password has been set. Other sessions of the user have ended.' });
  };
  return (
    <FormDialog title={`Password of ${user.name}`} yes="Set password" pointers={['/password', '/oldPassword']} onClose={onClose} act={act}>
      {(errorsOf) => (
        <>
          {asksOld && <TextField label="Old password" type="password" required value={old} onInput={setOld} errors={errorsOf('/oldPassword')} autocomplete="current-password" autoFocus />}
          <TextField
            label="New password"
            type="password"
            required
            value={password}
            onInput={setPassword}
            errors={errorsOf('/password')}
            hint="8 characters at least. Other sessions of the user end."
            autocomplete="new-password"
          />
        </>
      )}
    </FormDialog>
  );
}
