import { useEffect, useState } from 'preact/hooks';
import { isAvailable } from '../../api/deployments';
import { groups, isComplete } from '../../state/live';
import { isAdmin } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Checkbox, SelectField, TextField } from '../../ui/field';
import { Icon } from '../../ui/icon';
import { Section } from './fields';
import type { FormModel } from './form_model';
import { idMistake, suggestId } from './form_state';

/// Group, name and id: chosen once, when a deployment is made.
export function IdentityFields({ model, suffix }: { model: FormModel; suffix: string }) {
  const { form, set, errors, tried } = model;
  const all = [...groups.value.values()].sort((a, b) => a.displayName.localeCompare(b.displayName));
  const usable = all.filter((each) => each.enabledDeployment);
  const first = usable[0]?.name;
  useEffect(() => {
    if (form.group === '' && first !== undefined) set({ group: first });
  }, [first, form.group]);
  const setName = (name: string) => set(form.ownId ? { name } : { name, id: suggestId(name, suffix) });
  return (
    <Section title="Deployment">
      {isComplete.value && usable.length === 0 && (
        <Alert kind="warning">
          {all.length > 0
            ? 'Model Deployment is not enabled for this group. Please contact your administrator to enable it.'
            : 'No group is configured for you to launch a server. Please contact admin.'}
          {isAdmin.value && (
            <>
              {' '}
              <a href="/groups">Groups</a>
            </>
          )}
        </Alert>
      )}
      <SelectField
        label="Group"
        required
        value={form.group}
        choices={all.map((each) => ({ value: each.name, text: (each.displayName || each.name) + (each.enabledDeployment ? '' : ' (Model Deployment is not enabled)'), disabled: !each.enabledDeployment }))}
        {...(form.group === '' ? { empty: 'Please select a group!' } : {})}
        errors={errors('/group')}
        onInput={(group) => set({ group, instanceType: '' })}
      />
      <TextField
        label="Deployment Name"
        required
        autoFocus
        value={form.name}
        errors={form.name === '' && tried ? ['Please input a name!'] : errors('/name')}
        hint="Letters, digits, spaces, '-' and '_'; it cannot be changed later."
        onInput={setName}
      />
      <IdField model={model} suffix={suffix} />
    </Section>
  );
}

type Availability = { id: string; state: 'asking' | 'yes' | 'no'; reason: string };

function useAvailability(id: string): Availability | null {
  const [known, setKnown] = useState<Availability | null>(null);
  useEffect(() => {
    if (idMistake(id) !== '') return setKnown(null);
    const ending = new AbortController();
    setKnown({ id, state: 'asking', reason: '' });
    const timer = setTimeout(() => {
      isAvailable(id, ending.signal).then(
        ({ available, reason }) => setKnown({ id, state: available ? 'yes' : 'no', reason }),
        () => !ending.signal.aborted && setKnown(null),
      );
    }, 400);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [id]);
  return known;
}

function IdField({ model, suffix }: { model: FormModel; suffix: string }) {
  const { form, set, errors, tried } = model;
  const known = useAvailability(form.id);
  const mistake = form.ownId || tried ? idMistake(form.id) : '';
  const taken = known?.state === 'no' && known.id === form.id;
  const found = mistake ? [mistake] : taken ? ['The ID has been used by other users. Change your ID to a unique string to try again.'] : errors('/id');
  return (
    <>
      <TextField
        label="Deployment ID"
        disabled={!form.ownId}
        value={form.id}
        errors={found}
        hint={
          known?.state === 'asking' ? (
            'Asking whether it is free…'
          ) : known?.state === 'yes' && found.length === 0 ? (
            <span class="id-free">
              <Icon name="circle-check" size={14} /> Your Deployment ID is available.{form.ownId && ' Uncheck the box will reset this id.'}
            </span>
          ) : (
            'It stands in the address of the endpoint.'
          )
        }
        onInput={(id) => set({ id })}
      />
      <Checkbox
        label="Choose the ID myself"
        checked={form.ownId}
        onChange={(ownId) => set(ownId ? { ownId } : { ownId, id: suggestId(form.name, suffix) })}
      />
    </>
  );
}
