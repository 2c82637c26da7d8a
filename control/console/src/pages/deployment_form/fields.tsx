import { useEffect, useState } from 'preact/hooks';
import { listImages, listPullSecrets } from '../../api/catalogue';
import type { Image, PullSecret } from '../../api/types';
import { formatSize } from '../../lib/format';
import { instanceTypes } from '../../state/live';
import { Alert } from '../../ui/alert';
import { Checkbox, Field, NumberField, SelectField, Switch, TextArea, TextField } from '../../ui/field';
import { KeyValueEditor } from '../../ui/key_value_editor';
import type { FormModel } from './form_model';
import type { FormState } from './form_state';

/// What both creating and updating ask for, below name and group.
export function CommonFields({ model, was }: { model: FormModel; was?: FormState }) {
  const { form, set, errors, rowErrors } = model;
  const isExternal = form.source === 'external';
  return (
    <>
      <Section title="Model">
        <div class="segments" role="group" aria-label="Where the model runs">
          <button type="button" aria-pressed={!isExternal} onClick={() => set({ source: 'image' })}>
            Model image
          </button>
          <button type="button" aria-pressed={isExternal} onClick={() => set({ source: 'external' })}>
            External replicas
          </button>
        </div>
        {isExternal ? <ExternalFields model={model} /> : <ImageFields model={model} />}
      </Section>
      {!isExternal && (
        <Section title="Resources">
          <InstanceTypes model={model} />
          <NumberField label="Replicas" required min={1} max={10_000} value={form.replicas} errors={errors('/replicas')} onInput={(replicas) => set({ replicas })} />
        </Section>
      )}
      <Section title="Endpoint">
        <Switch
          label="Private Access"
          checked={form.isPrivate}
          errors={errors('/endpointAccessType')}
          onChange={(isPrivate) => set({ isPrivate })}
          hint={
            'The toggle of private access of the endpoint; if enabled, there is Clients tab appearing in detail page. ' +
            (form.isPrivate ? 'Only clients with a token may call it.' : 'Everybody who reaches the prediction port may call it.')
          }
        />
        {was && was.isPrivate !== form.isPrivate && (
          <Alert kind="warning">
            {form.isPrivate
              ? 'Callers without a token get 401 as soon as this is deployed; no replica is replaced for it.'
              : 'As soon as this is deployed, everybody may call it without a token; the clients and their tokens are kept.'}
          </Alert>
        )}
      </Section>
      <Section title="About">
        <TextArea label="Description" value={form.description} errors={errors('/description')} onInput={(description) => set({ description })} />
        <TextArea
          label="Update Message"
          hint="What this change is for; it stands in the history."
          rows={2}
          value={form.updateMessage}
          errors={errors('/updateMessage')}
          onInput={(updateMessage) => set({ updateMessage })}
        />
        <KeyValueEditor
          legend="Metadata"
          hint="To find it by. Lines of NAME=value can be pasted."
          keyTitle="Key"
          rows={form.metadata}
          onChange={(metadata) => set({ metadata })}
          errorsOf={rowErrors('metadata')}
        />
      </Section>
      {!isExternal && (
        <Section title="Environment">
          <KeyValueEditor
            legend="Environment Variables"
            hint="What the model finds in its environment. Lines of NAME=value can be pasted."
            keyTitle="Name"
            rows={form.env}
            onChange={(env) => set({ env })}
            secret
            errorsOf={rowErrors('env')}
          />
        </Section>
      )}
    </>
  );
}

export function Section({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="card form-section">
      <h2>{title}</h2>
      <div class="stack">{children}</div>
    </section>
  );
}

function useOnce<T>(ask: () => Promise<T[]>): T[] {
  const [found, setFound] = useState<T[]>([]);
  useEffect(() => {
    // A list to choose from: without it the field can be filled by hand.
    ask().then(setFound, () => {});
  }, []);
  return found;
}

function ImageFields({ model }: { model: FormModel }) {
  const { form, set, errors } = model;
  const images = useOnce<Image>(listImages);
  const chosen = images.find((each) => each.image === form.modelImage.trim());
  return (
    <>
      <TextField
        label="Model Image"
        required
        list="model-images"
        placeholder="name:tag"
        value={form.modelImage}
        errors={errors('/modelImage')}
        hint={chosen?.description || undefined}
        onInput={(modelImage) => set({ modelImage })}
      />
      <datalist id="model-images">
        {images.map((each) => (
          <option key={each.image} value={each.image}>
            {each.description}
          </option>
        ))}
      </datalist>
      <PullSecretField model={model} />
      <TextField
        label="Model URI"
        placeholder="gs://bucket/model"
        hint="Where the model's files are, if not in the image."
        value={form.modelURI}
        errors={errors('/modelURI')}
        onInput={(modelURI) => set({ modelURI })}
      />
    </>
  );
}

function PullSecretField({ model }: { model: FormModel }) {
  const { form, set, errors } = model;
  const secrets = useOnce<PullSecret>(listPullSecrets).filter((each) => each.group === null || each.group === form.group);
  const choices = secrets.map((each) => ({ value: each.name, text: `${each.name} (${each.registries.join(', ')})` }));
  if (form.imagePullSecret && !secrets.some((each) => each.name === form.imagePullSecret)) choices.push({ value: form.imagePullSecret, text: form.imagePullSecret });
  return (
    <>
      <Checkbox label="Image Pull Secret" checked={form.usesPullSecret} onChange={(usesPullSecret) => set({ usesPullSecret, imagePullSecret: usesPullSecret ? form.imagePullSecret : '' })} />
      {form.usesPullSecret && (
        <SelectField
          label="Select Secret"
          value={form.imagePullSecret}
          empty="Select Secret"
          choices={choices}
          errors={errors('/imagePullSecret')}
          hint={choices.length === 0 ? 'There is none for this group yet: see Pull secrets.' : undefined}
          onInput={(imagePullSecret) => set({ imagePullSecret })}
        />
      )}
    </>
  );
}

function ExternalFields({ model }: { model: FormModel }) {
  const { form, set, errors, ownErrors } = model;
  const byFile = form.file !== '';
  return (
    <>
      <Alert kind="info">Replicas that somebody else runs: modelgate checks, balances and measures them, and does not start or stop them.</Alert>
      <TextArea
        label="Addresses"
        mono
        required={!byFile}
        disabled={byFile}
        placeholder={'http://models.lan:9000\nhttp://models.lan:9001'}
        hint="One replica a line."
        value={form.urls}
        errors={[...errors('/external/urls'), ...(byFile ? [] : ownErrors('/external'))]}
        onInput={(urls) => set({ urls })}
      />
      <TextField
        label="File"
        hint="Instead of addresses: a file in the folder runtime.external.folder of the server's settings, which is read again when it changes."
        value={form.file}
        errors={[...errors('/external/file'), ...(byFile ? ownErrors('/external') : [])]}
        onInput={(file) => set({ file })}
      />
      <TextField
        label="Health path"
        placeholder="/health"
        hint="A replica is ready when it answers 200 here; empty: when it takes connections."
        value={form.healthPath}
        errors={errors('/external/healthPath')}
        onInput={(healthPath) => set({ healthPath })}
      />
    </>
  );
}

/// One card each, as PrimeHub's list of instance types: those that the group may use, by display name.
function InstanceTypes({ model }: { model: FormModel }) {
  const { form, set, errors } = model;
  const types = [...instanceTypes.value.values()]
    .filter((each) => each.groups === null || each.groups.includes(form.group))
    .sort((a, b) => a.displayName.localeCompare(b.displayName));
  const first = types[0]?.name;
  const isGone = form.instanceType !== '' && !types.some((each) => each.name === form.instanceType);
  useEffect(() => {
    if (form.instanceType === '' && first !== undefined) set({ instanceType: first });
  }, [form.instanceType, first]);
  const found = errors('/instanceType');
  return (
    <Field label="Instance Types" required errors={found}>
      {(tied) => (
        <div id={tied.id} class="choices" role="radiogroup" aria-label="Instance Types" aria-describedby={tied['aria-describedby']}>
          {isGone && <p class="field-error">(The instance type {form.instanceType} was deleted.)</p>}
          {types.length === 0 && <p class="dim">No instance in this group.</p>}
          {types.map((each) => (
            <label key={each.name} class="choice">
              <input
                type="radio"
                name="instance-type"
                value={each.name}
                checked={form.instanceType === each.name}
                aria-invalid={tied['aria-invalid']}
                onChange={() => set({ instanceType: each.name })}
              />
              <span>
                <strong>{each.displayName}</strong>
                {each.description && <span class="dim small"> {each.description}</span>}
                <span class="choice-size small">{formatSize(each)}</span>
              </span>
            </label>
          ))}
        </div>
      )}
    </Field>
  );
}
