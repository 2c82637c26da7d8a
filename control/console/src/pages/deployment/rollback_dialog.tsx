import { useEffect, useState } from 'preact/hooks';
import { getRevision, listHistory, rehearseUpdate, rollback } from '../../api/deployments';
import { ApiError, detailOf } from '../../api/problem';
import type { Deployment, DeploymentPatch, Rehearsal, Revision } from '../../api/types';
import { formatRelative } from '../../lib/format';
import { mergePatch, type JsonObject } from '../../lib/merge_patch';
import { now } from '../../state/clock';
import { remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { ChangeList } from '../../ui/change_list';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { QuotaMeter } from '../../ui/meter';
import { Skeleton } from '../../ui/skeleton';
import { newestOther } from './newest_other';

interface RollbackProps {
  deployment: Deployment;
  /// The one to go back to; left out, the newest that is not as the present one.
  revision?: number | undefined;
  onClose: () => void;
}

/// Goes back to an earlier revision, as a new one: says first what will differ from now, and whether the quota allows it.
export function RollbackDialog({ deployment, revision, onClose }: RollbackProps) {
  const [history, setHistory] = useState<Revision[] | null>(null);
  const [chosen, setChosen] = useState(revision);
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    listHistory(deployment.id).then(
      ({ items }) => {
        const earlier = items.filter((each) => each.revision < deployment.revision);
        setHistory(earlier);
        setChosen((before) => before ?? newestOther(items, deployment.revision));
      },
      (error) => setProblem(error),
    );
  }, [deployment.id]);
  const rehearsed = useRollbackRehearsal(deployment, chosen);
  // A refusal over the quota has its arithmetic, too.
  const quota = rehearsed.answer?.quota ?? rehearsed.problem?.quota ?? [];
  const message = typed ?? `Rolled back to revision ${chosen}`;
  const act = async () => {
    if (chosen === undefined) return;
    setBusy(true);
    try {
      const made = await rollback(deployment.id, chosen, message, deployment.revision);
      remember('deployment', made.id, made);
      notify({ kind: 'success', title: deployment.name, text: `Revision ${chosen} is coming back as revision ${made.revision}.` });
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const choices = (history ?? []).map((each) => ({
    value: String(each.revision),
    text: `${each.revision} · ${each.updateMessage || 'no message'} · ${each.createdBy}, ${formatRelative(each.createdAt, now.value)}`,
  }));
  if (chosen !== undefined && !choices.some((each) => each.value === String(chosen))) choices.unshift({ value: String(chosen), text: String(chosen) });
  return (
    <Dialog
      wide
      title={`Rollback: ${deployment.name}`}
      onClose={busy ? undefined : onClose}
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button kind="primary" icon="undo-2" busy={busy} disabled={!rehearsed.answer || rehearsed.answer.changes.length === 0} onClick={() => void act()}>
            Rollback
          </Button>
        </>
      }
    >
      {history === null && problem === null && <Skeleton />}
      {history?.length === 0 && chosen === undefined && <p class="dim">There is no earlier revision.</p>}
      {chosen !== undefined && (
        <>
          <SelectField label="Revision to go back to" value={String(chosen)} choices={choices} onInput={(value) => setChosen(Number(value))} />
          {!rehearsed.problem && (
            <section aria-label="What changes">
              <h3>What changes now</h3>
              {rehearsed.answer && rehearsed.answer.changes.length > 0 && <ChangeList changes={rehearsed.answer.changes} caption="What changes now" />}
              {rehearsed.answer?.changes.length === 0 && <p class="dim">Nothing: it is as revision {deployment.revision}.</p>}
              {!rehearsed.answer && <Skeleton lines={2} />}
            </section>
          )}
          {quota.length > 0 && (
            <section class="stack" aria-label="Group Resource">
              <h3>Group Resource</h3>
              {quota.map((line) => (
                <QuotaMeter key={line.resource} line={line} />
              ))}
            </section>
          )}
          <TextField label="Update Message" value={message} onInput={setTyped} />
        </>
      )}
      {[problem, rehearsed.problem].map((each) => each !== null && <Alert key={detailOf(each)} kind="error">{detailOf(each)}</Alert>)}
    </Dialog>
  );
}

/// What the program says to the revision's document in the place of the present one.
function useRollbackRehearsal(deployment: Deployment, chosen: number | undefined): { answer: Rehearsal | null; problem: ApiError | null } {
  const [state, setState] = useState<{ answer: Rehearsal | null; problem: ApiError | null }>({ answer: null, problem: null });
  useEffect(() => {
    if (chosen === undefined) return;
    const ending = new AbortController();
    setState({ answer: null, problem: null });
    const ask = async () => {
      const { spec } = await getRevision(deployment.id, chosen);
      const present = Object.fromEntries(Object.keys(spec).map((member) => [member, deployment[member as keyof Deployment]]));
      // A rollback neither starts nor stops.
      const patch = mergePatch(present as JsonObject, { ...spec, stop: deployment.stop } as unknown as JsonObject);
      return rehearseUpdate(deployment.id, patch as unknown as DeploymentPatch, ending.signal);
    };
    ask().then(
      (answer) => !ending.signal.aborted && setState({ answer, problem: null }),
      (error: unknown) => !ending.signal.aborted && setState({ answer: null, problem: error as ApiError }),
    );
    return () => ending.abort();
  }, [deployment.id, deployment.revision, chosen]);
  return state;
}
