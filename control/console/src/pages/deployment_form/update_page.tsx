import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { compareRevisions, getDeployment, rehearseUpdate, updateDeployment } from '../../api/deployments';
import { ApiError } from '../../api/problem';
import type { Change, Deployment } from '../../api/types';
import { restCommand, updateCommand } from '../../lib/command_line';
import { navigate, useGuard } from '../../router/location';
import { deployments, isComplete, remember } from '../../state/live';
import { notify, notifyError } from '../../state/notifications';
import { isReadOnly } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button, LinkButton } from '../../ui/button';
import { ChangeList } from '../../ui/change_list';
import { EmptyState } from '../../ui/empty_state';
import { Checkbox } from '../../ui/field';
import { Facts } from '../../ui/facts';
import { PageHead } from '../../ui/page_head';
import { askDiscard } from '../../ui/confirm';
import { Skeleton } from '../../ui/skeleton';
import { groupName } from '../deployments/parts';
import { AdvancedFields } from './advanced_fields';
import { CommonFields } from './fields';
import { exampleMistake, focusFirstError, useFormModel } from './form_model';
import { formOf, patchOf } from './form_state';
import { QuotaPanel } from './quota_panel';
import { LooksOnly, Refusal } from './refusal';
import { useRehearsal } from './rehearsal';
import { ShownAs } from './shown_as';
import './form.css';

export default function UpdatePage({ params }: PageProps) {
  const id = params['id'] ?? '';
  const found = deployments.value.get(id);
  // The form is of the deployment as it was when it was opened; what changes meanwhile is told, and not mixed in.
  const [start, setStart] = useState<Deployment | null>(null);
  useEffect(() => {
    if (!start && found) setStart(found);
  }, [found, start]);
  if (start) return <UpdateForm key={start.revision} start={start} startAnew={setStart} />;
  if (!isComplete.value || found) return <Skeleton lines={10} />;
  return (
    <EmptyState page icon="search-x" title="Not Found" action={<LinkButton href="/deployments">Deployments</LinkButton>}>
      The deployment may be removed or not authorized.
    </EmptyState>
  );
}

function UpdateForm({ start, startAnew }: { start: Deployment; startAnew: (deployment: Deployment) => void }) {
  const { id, name } = start;
  const before = useMemo(() => formOf(start), [start]);
  const model = useFormModel(before);
  const { form, set } = model;
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError | null>(null);
  /// The revision that the change is made of: a newer one, once the person has seen what differs.
  const [base, setBase] = useState(start.revision);
  const patch = patchOf(before, form);
  const changed = Object.keys(patch).length > 0;
  const text = JSON.stringify(patch);
  const rehearsed = useRehearsal(patch, (signal) => rehearseUpdate(id, patch, signal), exampleMistake(form) === '');
  useEffect(() => model.take(refused?.fields ?? rehearsed.problem?.fields ?? []), [rehearsed, refused]);
  useEffect(() => setRefused(null), [text]);
  useGuard(changed, askDiscard);

  const submit = async (event: Event) => {
    event.preventDefault();
    model.try();
    if (busy || !changed) return;
    if (exampleMistake(form) !== '') return focusFirstError();
    setBusy(true);
    try {
      const made = await updateDeployment(id, patch, base);
      remember('deployment', id, made);
      notify({ kind: 'success', title: 'Success!', text: 'Your update has begun deploying.', link: { href: `/deployments/${id}`, text: 'Click here to view.' } });
      void navigate(`/deployments/${id}`, { force: true });
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) return notifyError(error, 'Updating the deployment');
      setRefused(error);
      model.take(error.fields); // the effect would come after the focus
      focusFirstError();
    }
  };

  const now = deployments.value.get(id);
  const isNewer = now !== undefined && now.revision > base;
  return (
    <>
      <PageHead
        title={`Update: ${name}`}
        above={[
          { text: 'Deployments', href: '/deployments' },
          { text: name, href: `/deployments/${id}` },
        ]}
      />
      <LooksOnly />
      {(isNewer || refused?.status === 412) && (
        <ChangedMeanwhile id={id} base={base} now={now} refused={refused?.status === 412 ? refused : null} keepMine={(revision) => { setBase(revision); setRefused(null); }} startAnew={startAnew} />
      )}
      {isComplete.value && !now && <Alert kind="error">The deployment was deleted meanwhile.</Alert>}
      <form class="form-page" noValidate onSubmit={(event) => void submit(event)}>
        <div class="stack">
          <section class="card form-section">
            <h2>Deployment</h2>
            <Facts
              facts={[
                ['Deployment Name', name],
                ['Deployment ID', id],
                ['Group', groupName(start.group)],
              ]}
            />
          </section>
          {start.stop && (
            <Checkbox
              label="Start it with this change"
              hint="The deployment is stopped, and stays so otherwise."
              checked={!form.stop}
              onChange={(starts) => set({ stop: !starts })}
            />
          )}
          <CommonFields model={model} was={before} />
          <AdvancedFields model={model} />
        </div>
        <aside class="stack form-aside">
          <QuotaPanel groupName={start.group} rehearsed={rehearsed} />
          <WhatChanges changes={rehearsed.answer?.changes ?? []} changed={changed} />
          <ShownAs
            texts={{
              JSON: JSON.stringify(patch, null, 2),
              CLI: updateCommand(id, patch, base),
              curl: restCommand('PATCH', `${window.location.origin}/api/v1/deployments/${id}`, patch, base),
            }}
          />
          <Refusal error={refused} />
          <div class="form-submit">
            <Button onClick={() => void navigate(`/deployments/${id}`)}>Cancel</Button>
            <Button type="submit" kind="primary" icon="rocket" busy={busy} disabled={!changed || isReadOnly.value}>
              Confirm and Deploy
            </Button>
          </div>
        </aside>
      </form>
    </>
  );
}

function WhatChanges({ changes, changed }: { changes: readonly Change[]; changed: boolean }) {
  return (
    <section class="card" aria-label="Changes" aria-live="polite">
      <h2>What changes</h2>
      {changes.length > 0 ? <ChangeList changes={changes} caption="What changes" /> : <p class="dim">{changed ? 'No field of the deployment.' : 'Nothing yet.'}</p>}
    </section>
  );
}

interface MeanwhileProps {
  id: string;
  base: number;
  now: Deployment | undefined;
  refused: ApiError | null;
  keepMine: (revision: number) => void;
  startAnew: (deployment: Deployment) => void;
}

/// Somebody else changed it since the form was opened: what, who, and which way to go on.
function ChangedMeanwhile({ id, base, now, refused, keepMine, startAnew }: MeanwhileProps) {
  const current = Math.max(now?.revision ?? 0, refused?.current ?? 0);
  const [changes, setChanges] = useState<readonly Change[]>(refused?.changes ?? []);
  useEffect(() => {
    compareRevisions(id, base, current).then(
      (comparison) => setChanges(comparison.changes),
      () => setChanges([]),
    );
  }, [id, base, current]);
  const reload = () => getDeployment(id).then(startAnew, (error) => notifyError(error, 'Loading the deployment'));
  return (
    <section class="card stack meanwhile" role="alert">
      <Alert kind="warning" title="The deployment was changed meanwhile">
        {refused?.changedBy ?? now?.updatedBy} made revision {current}; this form is of revision {base}.
      </Alert>
      {changes.length > 0 && <ChangeList changes={changes} caption="What was changed meanwhile" />}
      <div class="row">
        <Button kind="primary" onClick={() => keepMine(current)}>
          Keep both: change revision {current}
        </Button>
        <Button onClick={() => void reload()}>Discard mine and begin anew</Button>
      </div>
    </section>
  );
}
