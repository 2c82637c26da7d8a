import { useEffect, useRef, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { newKey } from '../../api/client';
import { createDeployment, rehearseCreate } from '../../api/deployments';
import { ApiError } from '../../api/problem';
import { createCommand, restCommand } from '../../lib/command_line';
import { navigate, useGuard } from '../../router/location';
import { isComplete, remember } from '../../state/live';
import { notify, notifyError } from '../../state/notifications';
import { isReadOnly } from '../../state/session';
import { Button } from '../../ui/button';
import { PageHead } from '../../ui/page_head';
import { askDiscard } from '../../ui/confirm';
import { Skeleton } from '../../ui/skeleton';
import { AdvancedFields } from './advanced_fields';
import { CommonFields } from './fields';
import { exampleMistake, focusFirstError, useFormModel } from './form_model';
import { draftOf, emptyForm, hasInput, idMistake, randomSuffix } from './form_state';
import { IdentityFields } from './identity_fields';
import { QuotaPanel } from './quota_panel';
import { LooksOnly, Refusal } from './refusal';
import { useRehearsal } from './rehearsal';
import { ShownAs } from './shown_as';
import './form.css';

export default function CreatePage(_: PageProps) {
  const [suffix] = useState(randomSuffix);
  const model = useFormModel(emptyForm);
  const { form } = model;
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError | null>(null);
  // One for all tries to make this one deployment: if an answer was lost, the next try finds what it made.
  const key = useRef({ draft: '', key: '' });
  const draft = draftOf(form);
  const rehearsed = useRehearsal(draft, (signal) => rehearseCreate(draft, signal), form.group !== '' && exampleMistake(form) === '');
  useEffect(() => model.take(refused?.fields ?? rehearsed.problem?.fields ?? []), [rehearsed, refused]);
  useEffect(() => setRefused(null), [JSON.stringify(draft)]);

  useGuard(hasInput(form), askDiscard);

  const submit = async (event: Event) => {
    event.preventDefault();
    model.try();
    if (busy) return;
    if (idMistake(form.id) !== '' || exampleMistake(form) !== '') return focusFirstError();
    setBusy(true);
    const text = JSON.stringify(draft);
    if (key.current.draft !== text) key.current = { draft: text, key: newKey() };
    try {
      const made = await createDeployment(draft, key.current.key);
      remember('deployment', made.id, made);
      notify({
        kind: 'success',
        title: 'Success!',
        text: 'Your model has begun deploying.',
        link: { href: `/deployments/${made.id}`, text: 'Click here to view.' },
      });
      void navigate('/deployments', { force: true });
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) return notifyError(error, 'Creating the deployment');
      setRefused(error);
      model.take(error.fields); // the effect would come after the focus
      focusFirstError();
    }
  };

  if (!isComplete.value) return <Skeleton lines={10} />;
  return (
    <>
      <PageHead title="Create Deployment" above={[{ text: 'Deployments', href: '/deployments' }]} />
      <LooksOnly />
      <form class="form-page" noValidate onSubmit={(event) => void submit(event)}>
        <div class="stack">
          <IdentityFields model={model} suffix={suffix} />
          <CommonFields model={model} />
          <AdvancedFields model={model} />
        </div>
        <aside class="stack form-aside">
          <QuotaPanel groupName={form.group} rehearsed={rehearsed} />
          <ShownAs
            texts={{
              JSON: JSON.stringify(draft, null, 2),
              CLI: createCommand(draft),
              curl: restCommand('POST', `${window.location.origin}/api/v1/deployments`, draft),
            }}
          />
          <Refusal error={refused} />
          <div class="form-submit">
            <Button onClick={() => void navigate('/deployments')}>Cancel</Button>
            <Button type="submit" kind="primary" icon="rocket" busy={busy} disabled={isReadOnly.value}>
              Deploy
            </Button>
          </div>
        </aside>
      </form>
    </>
  );
}
