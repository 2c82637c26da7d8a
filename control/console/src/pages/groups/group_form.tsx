import { useState } from 'preact/hooks';
import { createGroup, patchGroup } from '../../api/administration';
import type { Group } from '../../api/types';
import { amountText, readAmounts } from '../../lib/amounts';
import { navigate } from '../../router/location';
import { remember, users } from '../../state/live';
import { notify } from '../../state/notifications';
import { isAdmin } from '../../state/session';
import { Switch, TextField } from '../../ui/field';
import { FormDialog, type ErrorsOf } from '../../ui/form_dialog';
import { NameList } from '../../ui/name_list';

const amounts = ['/quota/cpu', '/quota/memoryGiB', '/quota/gpu', '/maxDeploy', '/limits/requestsPerSecond', '/limits/burst', '/limits/concurrent'] as const;
type Amounts = Record<(typeof amounts)[number], string>;
const pointers = ['/name', '/displayName', '/admins', '/members', ...amounts];

function amountsOf(group: Group | undefined): Amounts {
  return {
    '/quota/cpu': amountText(group?.quota.cpu),
    '/quota/memoryGiB': amountText(group?.quota.memoryGiB),
    '/quota/gpu': amountText(group?.quota.gpu),
    '/maxDeploy': amountText(group?.maxDeploy),
    '/limits/requestsPerSecond': amountText(group?.limits?.requestsPerSecond),
    '/limits/burst': amountText(group?.limits?.burst),
    '/limits/concurrent': amountText(group?.limits?.concurrent),
  };
}

/// Makes a group, or changes `group`. What a group may use is for platform administrators; its own change its people.
export function GroupForm({ group, onClose }: { group?: Group; onClose: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState(group?.displayName ?? '');
  const [enabled, setEnabled] = useState(true);
  const [texts, setTexts] = useState(amountsOf(group));
  const [admins, setAdmins] = useState<readonly string[]>(group?.admins ?? []);
  const [members, setMembers] = useState<readonly string[]>(group?.members ?? []);
  const people = [...users.value.keys()];

  const act = async () => {
    const who = { displayName, admins: [...admins], members: [...members] };
    if (group && !isAdmin.value) {
      remember('group', group.name, await patchGroup(group.name, who));
      return;
    }
    const read = readAmounts(texts);
    const limits = { requestsPerSecond: read['/limits/requestsPerSecond'], burst: read['/limits/burst'], concurrent: read['/limits/concurrent'] };
    const all = {
      ...who,
      maxDeploy: read['/maxDeploy'],
      quota: { cpu: read['/quota/cpu'], memoryGiB: read['/quota/memoryGiB'], gpu: read['/quota/gpu'] },
      limits: Object.values(limits).every((limit) => limit === null) ? null : limits,
    };
    const changed = group ? await patchGroup(group.name, all) : await createGroup({ name, enabledDeployment: enabled, ...all });
    remember('group', changed.name, changed);
    notify({ kind: 'success', title: changed.displayName || changed.name, text: group ? 'The group has been changed.' : 'The group has been created.' });
    if (!group) void navigate(`/groups/${encodeURIComponent(changed.name)}`, { force: true });
  };

  return (
    <FormDialog wide title={group ? `Edit group ${group.name}` : 'New group'} yes={group ? 'Save' : 'Create group'} pointers={pointers} onClose={onClose} act={act}>
      {(errorsOf) => (
        <>
          <div class="two">
            {!group && <TextField label="Name" required value={name} onInput={setName} errors={errorsOf('/name')} autocomplete="off" hint="Cannot be changed later" autoFocus />}
            <TextField label="Display name" value={displayName} onInput={setDisplayName} errors={errorsOf('/displayName')} autocomplete="off" />
          </div>
          {!group && (
            <Switch label="Model Deployment" hint="Groups with enabled model deployment are able to deploy/serve models." checked={enabled} onChange={setEnabled} />
          )}
          {isAdmin.value && <AmountFields texts={texts} onChange={setTexts} errorsOf={errorsOf} />}
          <NameList label="Group administrators" what="administrator" hint="They change the group's people and its pull secrets." names={admins} onChange={setAdmins} suggestions={people} errors={errorsOf('/admins')} />
          <NameList label="Members" what="member" hint="They deploy models in the group." names={members} onChange={setMembers} suggestions={people} errors={errorsOf('/members')} />
        </>
      )}
    </FormDialog>
  );
}

function AmountFields({ texts, onChange, errorsOf }: { texts: Amounts; onChange: (texts: Amounts) => void; errorsOf: ErrorsOf }) {
  const field = (pointer: keyof Amounts, label: string) => (
    <TextField
      label={label}
      value={texts[pointer]}
      onInput={(text) => onChange({ ...texts, [pointer]: text })}
      errors={errorsOf(pointer)}
      placeholder="no limit"
      autocomplete="off"
    />
  );
  return (
    <>
      <fieldset class="stack">
        <legend>Quota</legend>
        <p class="field-hint">Of all deployments of the group that are not stopped, together. Empty: no limit.</p>
        <div class="two">
          {field('/quota/cpu', 'CPU (cores)')}
          {field('/quota/memoryGiB', 'Memory (GiB)')}
          {field('/quota/gpu', 'GPU')}
          {field('/maxDeploy', 'Maximum Deployment(s)')}
        </div>
      </fieldset>
      <fieldset class="stack">
        <legend>Traffic</legend>
        <p class="field-hint">Of predictions to all of the group's deployments. More is answered 429. Empty: no limit.</p>
        <div class="two">
          {field('/limits/requestsPerSecond', 'Requests a second')}
          {field('/limits/burst', 'Burst')}
          {field('/limits/concurrent', 'At a time')}
        </div>
      </fieldset>
    </>
  );
}
