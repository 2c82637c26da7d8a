import type { PageProps } from '../../app/routes';
import type { AuditFilter } from '../../api/administration';
import type { AuditEvent } from '../../api/types';
import { formatUtc } from '../../lib/format';
import { query, setQuery } from '../../router/location';
import { users } from '../../state/live';
import { isAdmin } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy_button';
import { EmptyState } from '../../ui/empty_state';
import { Field, SelectField } from '../../ui/field';
import { PageHead } from '../../ui/page_head';
import { Pill, type Tone } from '../../ui/pill';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import type { IconName } from '../../ui/icon';
import { actionOf, pageOf, readAuditFilter, results } from './filter';
import { useAudit, type Trail } from './use_audit';
import '../../styles/admin.css';
import './audit.css';

export default function AuditPage(_: PageProps) {
  if (!isAdmin.value) {
    return (
      <EmptyState page icon="lock" title="For platform administrators">
        Who changed a deployment stands in its History.
      </EmptyState>
    );
  }
  return <Audit />;
}

function Audit() {
  const filter = readAuditFilter(query.value);
  const trail = useAudit(filter);
  return (
    <>
      <PageHead
        title="Audit"
        actions={
          <Button icon="refresh-cw" busy={trail.busy} onClick={trail.again}>
            Refresh
          </Button>
        }
      >
        <p class="dim">Who changed, or tried to change, what. Times are UTC.</p>
      </PageHead>
      <div class="stack">
        <Filters />
        {trail.problem && <Alert kind="error">{trail.problem}</Alert>}
        {trail.events === null ? !trail.problem && <Skeleton lines={8} /> : <Events trail={trail} events={trail.events} filter={filter} />}
      </div>
    </>
  );
}

function Filters() {
  const raw = (name: string) => query.value.get(name) ?? '';
  const field = (name: string, label: string, placeholder: string, suggestions: readonly string[] = []) => (
    <Field label={label}>
      {(tied) => (
        <>
          <input {...tied} type={name === 'resource' ? 'search' : 'text'} list={`${tied.id}-list`} value={raw(name)} placeholder={placeholder} autocomplete="off" spellcheck={false} onInput={(event) => setQuery({ [name]: event.currentTarget.value })} />
          <datalist id={`${tied.id}-list`}>
            {suggestions.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
  const time = (name: string, label: string) => (
    <Field label={label}>{(tied) => <input {...tied} type="datetime-local" value={raw(name)} onChange={(event) => setQuery({ [name]: event.currentTarget.value })} />}</Field>
  );
  return (
    <section class="audit-filters" aria-label="Filters">
      {field('user', 'User', 'anybody', [...users.value.keys()])}
      {field('resource', 'Of and below', 'deployments/iris')}
      <SelectField label="Result" value={raw('result')} onInput={(result) => setQuery({ result })} choices={[...results]} empty="Any" />
      {time('since', 'From (UTC)')}
      {time('until', 'Before (UTC)')}
    </section>
  );
}

const looks: Record<AuditEvent['result'] & string, { tone: Tone; icon: IconName; text: string }> = {
  done: { tone: 'good', icon: 'circle-check', text: 'Done' },
  refused: { tone: 'warn', icon: 'triangle-alert', text: 'Refused' },
  failed: { tone: 'bad', icon: 'circle-x', text: 'Failed' },
  unknown: { tone: 'off', icon: 'circle-question-mark', text: 'Unknown' },
};

function Resource({ event }: { event: AuditEvent }) {
  const page = pageOf(event.resource);
  const action = actionOf(event);
  return (
    <span class="wrap">
      <span class="audit-method">{event.method}</span> {page ? <a href={page}>{event.resource}</a> : event.resource || event.path}
      {action && (
        <>
          {' · '}
          <strong>{action}</strong>
        </>
      )}
      {event.dryRun && <span class="dim"> (dry run)</span>}
    </span>
  );
}

const columns: readonly Column<AuditEvent>[] = [
  { title: 'Time', heads: true, cell: (event) => <time class="audit-time" dateTime={event.at}>{formatUtc(event.at).replace(' UTC', '')}</time> },
  { title: 'User', cell: (event) => <span class="wrap">{event.user || '-'}</span> },
  { title: 'Change', cell: (event) => <Resource event={event} /> },
  {
    title: 'Result',
    cell: (event) => {
      const look = looks[event.result ?? 'unknown'];
      return <Pill {...look} text={event.status === null ? look.text : `${look.text} ${event.status}`} />;
    },
  },
  { title: 'With', cell: (event) => <span class="small wrap">{event.credential}</span> },
  { title: 'From', cell: (event) => <span class="small wrap">{event.peer}</span> },
  {
    title: 'Request',
    cell: (event) => (
      <span class="row audit-request">
        <code title={event.requestId}>{event.requestId.slice(0, 8)}</code>
        <CopyButton text={event.requestId} what={`request id ${event.requestId}`} />
      </span>
    ),
  },
];

function Events({ trail, events, filter }: { trail: Trail; events: readonly AuditEvent[]; filter: AuditFilter }) {
  if (events.length === 0) {
    const filtered = Object.values(filter).some((each) => each !== '');
    return (
      <EmptyState
        icon="scroll-text"
        title={filtered ? 'No event matches' : 'Nothing was changed yet'}
        action={filtered && <Button onClick={() => setQuery({ user: '', resource: '', result: '', since: '', until: '' })}>Clear filters</Button>}
      >
        {filtered ? 'Nothing in the trail is as the filters say.' : 'Every change that is asked for by console, API or command line appears here.'}
      </EmptyState>
    );
  }
  return (
    <>
      <div class="card list-card">
        <Table caption="Audit events, newest first" columns={columns} rows={events} keyOf={(event) => String(event.id)} />
      </div>
      {trail.hasMore && (
        <div class="row row-center">
          <Button busy={trail.busy} onClick={trail.more}>
            Load older
          </Button>
        </div>
      )}
    </>
  );
}
