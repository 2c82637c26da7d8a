import { useEffect, useState } from 'preact/hooks';
import { listHistory } from '../../api/deployments';
import type { Deployment, Revision } from '../../api/types';
import { formatDuration, formatUtc } from '../../lib/format';
import { query, setQuery } from '../../router/location';
import { isReadOnly } from '../../state/session';
import { notifyError } from '../../state/notifications';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { PhasePill, Pill } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import { RollbackDialog } from '../deployment/rollback_dialog';
import type { TabProps } from '../deployment/tabs';
import { ComparisonDialog } from './comparison';
import './history.css';
import { RevisionDialog } from './revision_view';
import { heldFor, mergeRevisions, summarise } from './summary';

interface Loaded {
  revisions: Revision[];
  nextPageToken: string;
}

/// The revisions, newest first; asked for again with each new one.
function useHistory(deployment: Deployment) {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    let gone = false;
    listHistory(deployment.id).then(
      ({ items, nextPageToken }) => {
        if (gone) return;
        setProblem(null);
        setLoaded((before) => {
          const revisions = mergeRevisions(items, before?.revisions ?? []);
          return { revisions, nextPageToken: revisions.length > items.length ? (before?.nextPageToken ?? '') : nextPageToken };
        });
      },
      (error) => !gone && setProblem(error),
    );
    return () => {
      gone = true;
    };
  }, [deployment.id, deployment.revision]);
  const loadMore = async () => {
    if (!loaded) return;
    const { items, nextPageToken } = await listHistory(deployment.id, loaded.nextPageToken);
    setLoaded({ revisions: [...loaded.revisions, ...items], nextPageToken });
  };
  return { loaded, problem, loadMore };
}

const numberIn = (name: string) => {
  const value = Number(query.value.get(name));
  return Number.isInteger(value) && value > 0 ? value : null;
};

export default function HistoryTab({ deployment }: TabProps) {
  const { loaded, problem, loadMore } = useHistory(deployment);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [rollingBackTo, setRollingBackTo] = useState<number | null>(null);
  const [from, to, viewed] = [numberIn('from'), numberIn('to'), numberIn('revision')];
  if (!loaded) {
    if (problem === null) return <Skeleton lines={8} />;
    return (
      <EmptyState icon="search-x" title="The history cannot be shown" action={<Button onClick={() => window.location.reload()}>Try again</Button>}>
        {String(problem)}
      </EmptyState>
    );
  }
  const { revisions } = loaded;
  const mayRollBack = (revision: number) => !isReadOnly.value && revision < deployment.revision;
  // Of more than two the first that was chosen goes.
  const choose = (revision: number, isChosen: boolean) =>
    setChosen(isChosen ? [...chosen, revision].slice(-2) : chosen.filter((each) => each !== revision));
  const [one = null, other = null] = chosen.toSorted((a, b) => a - b);
  return (
    <div class="stack">
      <div class="row spread history-bar">
        <p class="dim" role="status">
          {other !== null ? `Revisions ${one} and ${other} are chosen.` : one !== null ? `Revision ${one} is chosen: choose another to compare it with.` : 'Choose two revisions to compare them.'}
        </p>
        <Button icon="file-diff" disabled={other === null} onClick={() => setQuery({ from: one ?? '', to: other ?? '' }, {})}>
          Compare
        </Button>
      </div>
      <div class="history-table">
        <Table
          caption="History"
          rows={revisions}
          keyOf={(each) => String(each.revision)}
          columns={columns(deployment, revisions, chosen, choose, mayRollBack, setRollingBackTo)}
        />
      </div>
      {loaded.nextPageToken !== '' && (
        <div class="row row-center">
          <Button onClick={() => void loadMore().catch((error) => notifyError(error, 'Loading more of the history'))}>Load more</Button>
        </div>
      )}
      {from !== null && to !== null && (
        <ComparisonDialog
          deployment={deployment.id}
          from={from}
          to={to}
          choices={revisions.map((each) => ({ value: String(each.revision), text: `${each.revision} · ${each.updateMessage || 'no message'}` }))}
          onClose={() => setQuery({ from: '', to: '' })}
        />
      )}
      {viewed !== null && (
        <RevisionDialog
          key={viewed}
          deployment={deployment.id}
          revision={viewed}
          onClose={() => setQuery({ revision: '' })}
          onRollback={
            mayRollBack(viewed)
              ? () => {
                  setQuery({ revision: '' });
                  setRollingBackTo(viewed);
                }
              : undefined
          }
        />
      )}
      {rollingBackTo !== null && <RollbackDialog deployment={deployment} revision={rollingBackTo} onClose={() => setRollingBackTo(null)} />}
    </div>
  );
}

function columns(
  deployment: Deployment,
  revisions: readonly Revision[],
  chosen: readonly number[],
  choose: (revision: number, isChosen: boolean) => void,
  mayRollBack: (revision: number) => boolean,
  rollBack: (revision: number) => void,
): Column<Revision>[] {
  const at = (row: Revision) => revisions.indexOf(row);
  return [
    {
      title: '#',
      heads: true,
      cell: ({ revision }) => (
        <label class="history-number">
          <input
            type="checkbox"
            aria-label={`Choose revision ${revision}`}
            checked={chosen.includes(revision)}
            onChange={(event) => choose(revision, event.currentTarget.checked)}
          />
          {revision}
        </label>
      ),
    },
    { title: 'Update Message', cell: ({ updateMessage }) => <span class="pre">{updateMessage || <span class="dim">-</span>}</span> },
    { title: 'Changes', cell: (row) => <Changes row={row} before={revisions[at(row) + 1]} /> },
    { title: 'User', cell: ({ createdBy }) => createdBy },
    {
      title: 'Timestamp',
      cell: ({ createdAt }) => (
        <div>
          <RelativeTime time={createdAt} />
          <div class="dim small">{formatUtc(createdAt)}</div>
        </div>
      ),
    },
    { title: 'Outcome', cell: (row) => <Outcome row={row} next={revisions[at(row) - 1]} deployment={deployment} /> },
    {
      title: 'Detail',
      cell: ({ revision }) => (
        <div class="row history-detail">
          <Button small onClick={() => setQuery({ revision }, {})} label={`View revision ${revision}`}>
            View
          </Button>
          {mayRollBack(revision) && (
            <Button small icon="undo-2" onClick={() => rollBack(revision)} label={`Rollback to revision ${revision}`}>
              Rollback
            </Button>
          )}
        </div>
      ),
    },
  ];
}

function Changes({ row, before }: { row: Revision; before: Revision | undefined }) {
  if (row.revision === 1) return <>made with {row.spec.modelImage ?? 'external replicas'}</>;
  if (!before) return <span class="dim">-</span>;
  const changes = summarise(before.spec, row.spec);
  if (changes.length === 0) return <span class="dim">nothing</span>;
  return (
    <ul class="history-changes">
      {changes.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}

/// The present one is what the deployment is; of the others it is known how long they held.
function Outcome({ row, next, deployment }: { row: Revision; next: Revision | undefined; deployment: Deployment }) {
  if (row.revision === deployment.revision) {
    return (
      <div class="row">
        <Pill tone="off" icon="check" text="Present" />
        <PhasePill phase={deployment.status.phase} />
      </div>
    );
  }
  const seconds = heldFor(row, next);
  return <span class="dim">{seconds === null ? 'replaced' : `replaced after ${formatDuration(seconds)}`}</span>;
}
