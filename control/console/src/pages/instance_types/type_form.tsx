import { useState } from 'preact/hooks';
import { createInstanceType, patchInstanceType } from '../../api/administration';
import type { InstanceType } from '../../api/types';
import { amountText, readAmounts } from '../../lib/amounts';
import { groups, remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { Checkbox, TextArea, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form_dialog';
import { NameList } from '../../ui/name_list';

const pointers = ['/name', '/displayName', '/description', '/cpu', '/memoryGiB', '/gpu', '/groups'];

/// Makes an instance type, or changes `type`.
export function TypeForm({ type, onClose }: { type?: InstanceType; onClose: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState(type?.displayName ?? '');
  const [description, setDescription] = useState(type?.description ?? '');
  const [texts, setTexts] = useState({ '/cpu': amountText(type?.cpu), '/memoryGiB': amountText(type?.memoryGiB), '/gpu': amountText(type?.gpu ?? 0) });
  const [everybody, setEverybody] = useState(!type || type.groups === null);
  const [chosen, setChosen] = useState<readonly string[]>(type?.groups ?? []);

  const act = async () => {
    const read = readAmounts(texts, ['/cpu', '/memoryGiB']);
    const all = {
      displayName,
      description,
      // Required, so that neither is null.
      cpu: read['/cpu'] ?? 0,
      memoryGiB: read['/memoryGiB'] ?? 0,
      gpu: read['/gpu'],
      groups: everybody ? null : [...chosen],
    };
    const changed = type ? await patchInstanceType(type.name, all) : await createInstanceType({ name, ...all });
    remember('instanceType', changed.name, changed);
    notify({ kind: 'success', title: changed.displayName || changed.name, text: type ? 'The instance type has been changed.' : 'The instance type has been created.' });
  };

  return (
    <FormDialog title={type ? `Edit instance type ${type.name}` : 'New instance type'} yes={type ? 'Save' : 'Create instance type'} pointers={pointers} onClose={onClose} act={act}>
      {(errorsOf) => {
        const amount = (pointer: keyof typeof texts, label: string) => (
          <TextField label={label} required={pointer !== '/gpu'} value={texts[pointer]} onInput={(text) => setTexts({ ...texts, [pointer]: text })} errors={errorsOf(pointer)} autocomplete="off" />
        );
        return (
          <>
            {!type && <TextField label="Name" required value={name} onInput={setName} errors={errorsOf('/name')} hint="Cannot be changed later" autocomplete="off" autoFocus />}
            <TextField label="Display name" value={displayName} onInput={setDisplayName} errors={errorsOf('/displayName')} autocomplete="off" />
            <TextArea label="Description" rows={2} value={description} onInput={setDescription} errors={errorsOf('/description')} />
            <fieldset class="stack">
              <legend>Of each replica</legend>
              <div class="three">
                {amount('/cpu', 'CPU (cores)')}
                {amount('/memoryGiB', 'Memory (GiB)')}
                {amount('/gpu', 'GPU')}
              </div>
            </fieldset>
            <Checkbox label="For every group" checked={everybody} onChange={setEverybody} />
            {!everybody && <NameList label="Groups" what="group" hint="Only they may use it." names={chosen} onChange={setChosen} suggestions={[...groups.value.keys()]} errors={errorsOf('/groups')} />}
          </>
        );
      }}
    </FormDialog>
  );
}
