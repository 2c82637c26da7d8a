import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogSource } from '../../api/logs';
import { detailOf, ApiError } from '../../api/problem';
import type { Deployment } from '../../api/types';
import { hash, navigate, query } from '../../router/location';
import { decode, withQuery } from '../../router/match';
import { attention } from '../../state/attention';
import { deployments } from '../../state/live';
import { notifyError } from '../../state/notifications';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy_button';
import { EmptyState } from '../../ui/empty_state';
import { Skeleton } from '../../ui/skeleton';
import type { TabProps } from '../deployment/tabs';
import type { Look } from './chunk_view';
import { levelFilters, shortReplica, timeParts } from './lines';
import { findMatches } from './log_book';
import { askingEvery, LogSession, mostLines, type FeedState } from './log_session';
import { LogView } from './log_view';
import './logs.css';
import { announcing, wrapping, zone } from './options';
import { SearchBar } from './search_bar';
import { Toolbar } from './toolbar';

export default function LogsTab({ deployment }: TabProps) {
  const [first, setFirst] = useState(() => deployment.status.replicas[0]?.name ?? '');
  const replica = chosenReplica(first);
  const previous = query.value.get('instance') === 'previous';
  return <Log key={`${deployment.id} ${replica} ${previous}`} deployment={deployment} replica={replica} previous={previous} moveOn={setFirst} />;
}

/// What the address says: a replica, or `all`. Else the first one that there was; all where there was none, and where a line is
/// named without its replica. Empty: all.
function chosenReplica(first: string): string {
  const named = query.value.get('replica');
  if (named) return named === 'all' ? '' : named;
  return namedTime() ? '' : first;
}

/// The time that the address names, as `#L2026-11-27T03:05:09.123456789Z`; empty when it names none.
const namedTime = () => (hash.value.startsWith('#L') ? (decode(hash.value.slice(2)) ?? '') : '');

function mayGoOn(source: LogSource): boolean {
  const deployment = deployments.peek().get(source.deployment);
  if (!deployment || deployment.status.phase === 'Stopped') return false;
  return source.replica === '' || deployment.status.replicas.some((each) => each.name === source.replica);
}

function useSession(deployment: Deployment, replica: string, previous: boolean): LogSession {
  const session = useMemo(() => {
    const source = { deployment: deployment.id, replica, previous };
    const made = new LogSession(source, () => mayGoOn(source));
    made.following.value = namedTime() === '' && !previous;
    return made;
  }, []);
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, []);
  const instances = deployment.status.replicas.map((each) => `${each.name}/${each.restarts}`).join();
  const known = useRef(instances);
  useEffect(() => {
    if (known.current !== instances) session.replicasChanged();
    known.current = instances;
  }, [instances]);
  return session;
}

interface LogProps {
  deployment: Deployment;
  replica: string;
  previous: boolean;
  /// To another replica, where the address names none and this one has gone.
  moveOn: (replica: string) => void;
}

function Log({ deployment, replica, previous, moveOn }: LogProps) {
  const session = useSession(deployment, replica, previous);
  // Who has scrolled up reads on: only who follows is taken along.
  const { replicas } = deployment.status;
  const hasGone = replica !== '' && !query.value.has('replica') && !replicas.some((each) => each.name === replica);
  const next = hasGone && session.following.value ? replicas[0]?.name : undefined;
  useEffect(() => {
    if (next) moveOn(next);
  }, [next]);
  const { book, version } = session;
  version.value; // what `book` holds is drawn anew when it changes
  const search = query.value.get('search') ?? '';
  const filter = levelFilters.find((each) => each === query.value.get('level')) ?? 'all';
  const time = namedTime();

  const named = time === '' ? undefined : book.findByTime(time);
  const [jumps, setJumps] = useState(0);
  const target = useMemo(() => (named ? { seq: named.seq } : null), [named?.seq, jumps]);
  const colours = useRef(new Map<string, number>());
  const address = withQuery(query.value, { replica: replica || 'all' }).toString();
  const look: Look = {
    deployment: deployment.id,
    linkOf: useMemo(() => (of: string) => `?${address}#L${of}`, [address]),
    showsReplica: replica === '',
    search,
    filter,
    zone: zone.value,
    wraps: wrapping.value === 'wrap',
    colourOf: useMemo(() => (name: string) => {
      const known = colours.current;
      if (!known.has(name)) known.set(name, (known.size % 6) + 1);
      return known.get(name) ?? 1;
    }, []),
  };

  const matches = findMatches(book.chunks, search, filter);
  const at = named ? matches.indexOf(named.seq) : -1;
  const step = (by: 1 | -1) => {
    // Enter may come before what was typed last is drawn.
    const present = findMatches(book.chunks, query.peek().get('search') ?? '', filter);
    const from = named ? present.indexOf(named.seq) : -1;
    const seq = present.at(from < 0 ? -1 : (from + by) % present.length);
    const line = seq === undefined ? undefined : book.find(seq);
    if (!line) return;
    void navigate(look.linkOf(line.time), { replace: true });
    setJumps(jumps + 1);
  };

  useEffect(() => {
    if (named) session.follow(false);
  }, [target]);
  const older = session.older.value;
  const isBefore = time !== '' && !named && book.first !== undefined && time < book.first.time;
  useEffect(() => {
    if (isBefore && older === 'more') session.loadOlder(mostLines).catch((error) => notifyError(error, 'Looking for the line'));
  }, [isBefore, older]);
  const isMissing = time !== '' && !named && book.size > 0 && session.state.value !== 'loading' && !(isBefore && (older === 'more' || older === 'loading'));

  const label = `Log of ${deployment.name}, ${replica ? shortReplica(replica, deployment.id) : 'all replicas'}`;
  return (
    <div class="stack log-page">
      <Toolbar deployment={deployment} session={session} source={session.source} filter={filter} />
      {session.state.value === 'failed' ? (
        <Failure session={session} previous={previous} />
      ) : (
        <>
          <div class="log-bar">
            <SearchBar search={search} count={matches.length} at={at < 0 ? null : at} onStep={step} />
            <State session={session} lines={book.size} stopped={deployment.status.phase === 'Stopped'} />
          </div>
          {isMissing && (
            <Alert kind="warning" title="That line is not here">
              It is older than what is kept or shown, or of another replica or instance.
            </Alert>
          )}
          {named && <NamedLine time={time} />}
          {book.size > 0 ? (
            <LogView session={session} label={label} look={look} announces={announcing.value === 'on'} target={target} />
          ) : session.state.value === 'loading' ? (
            <Skeleton lines={10} />
          ) : (
            <EmptyState icon="scroll-text" title="(no data)">
              {previous ? 'No replica that runs now has been started again.' : 'Nothing has been written yet. What replicas print appears here as it comes.'}
            </EmptyState>
          )}
        </>
      )}
      <p class="dim small">
        {zone.value === 'utc' ? 'Timestamp reflects Universal Time Coordinated (UTC).' : 'Timestamps are in the time zone of this browser.'} Please download
        the log to view all lines.
      </p>
    </div>
  );
}

function NamedLine({ time }: { time: string }) {
  const { day, clock } = timeParts(time, zone.value);
  return (
    <div class="row log-named">
      <span>
        Line of <strong class="mono">{`${day} ${clock}`}</strong>
      </span>
      <CopyButton text={window.location.href} what="this line">
        Copy link
      </CopyButton>
      <Button small kind="ghost" icon="x" onClick={() => void navigate(window.location.pathname + window.location.search, { replace: true })}>
        Clear
      </Button>
    </div>
  );
}

const words: Record<FeedState, string> = {
  loading: 'loading...',
  following: 'Live: new lines appear as they come',
  ended: 'Nothing runs that could write more',
  retrying: 'The connection was lost: trying again…',
  failed: '',
};

function stateText(state: FeedState, source: LogSource, stopped: boolean): string {
  if (state === 'following' && attention.value === 'sharing') return `Other windows hold the connections: new lines every ${askingEvery / 1000} s`;
  if (state === 'ended' && source.previous) return 'Whole: this instance has ended';
  if (state === 'ended' && !stopped) return 'Ended: waiting for the next instance';
  return words[state];
}

function State({ session, lines, stopped }: { session: LogSession; lines: number; stopped: boolean }) {
  const state = session.state.value;
  const text = stateText(state, session.source, stopped);
  return (
    <span class={`log-state log-state-${state}`} role="status">
      {text} · {`${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`}
    </span>
  );
}

function Failure({ session, previous }: { session: LogSession; previous: boolean }) {
  const problem = session.problem.value;
  const isAbsent = problem instanceof ApiError && problem.status === 404;
  if (isAbsent && previous) {
    return (
      <EmptyState icon="scroll-text" title="There is no instance before">
        This replica has not been started again since it was made, or what it wrote is no longer kept.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="search-x" title="Error: cannot fetch the log" action={<Button onClick={() => session.retry()}>Try again</Button>}>
      {detailOf(problem)}
    </EmptyState>
  );
}
