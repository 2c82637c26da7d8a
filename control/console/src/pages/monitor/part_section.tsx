import type { ReplicaStatus } from '../../api/types';
import { formatBytes } from '../../lib/bytes';
import { query, setQuery } from '../../router/location';
import { ReplicaPill } from '../../ui/pill';
import { Table, type Column } from '../../ui/table';
import { ChartCard } from './chart_card';
import { subjectsOf, valueNow, type Panel, type Part } from './lines';
import type { Marker } from './plot';
import { formatValue } from './units';

interface SectionProps {
  panels: readonly Panel[];
  times: readonly number[];
  markers: readonly Marker[];
}

interface Row {
  name: string;
  status?: ReplicaStatus | undefined;
  usage?: ReplicaStatus['usage'] | undefined;
}

/// What the table leaves to the charts: of the quantiles it shows the middle and the last one.
const inTable = (panel: Panel) => !/ p(75|90|95)$/.test(panel.key);

function numbersOf(panels: readonly Panel[]): Column<Row>[] {
  return panels.filter(inTable).map((panel) => ({
    title: panel.title,
    numeric: true,
    cell: (row) => formatValue(panel.unit, valueNow(panels, panel.key, row.name)),
  }));
}

/// Each replica: a row of what it does and takes now, and lines over time.
export function Replicas({ panels, times, markers, statuses, usage }: SectionProps & { statuses: readonly ReplicaStatus[]; usage: ReadonlyMap<string, ReplicaStatus['usage']> }) {
  const names = new Set([...statuses.map((each) => each.name), ...subjectsOf(panels)]);
  const rows = [...names]
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name): Row => ({ name, status: statuses.find((each) => each.name === name), usage: usage.get(name) }));
  const taken = (name: string) => name === 'cpu' || name === 'memory';
  const columns: Column<Row>[] = [
    { title: 'Replica', heads: true, cell: (row) => <span class="mono wrap">{row.name}</span> },
    { title: 'State', cell: (row) => (row.status ? <ReplicaPill phase={row.status.phase} /> : <span class="dim">gone</span>) },
    ...numbersOf(panels.filter((panel) => !taken(panel.key))),
    { title: 'CPU', numeric: true, cell: (row) => formatValue('cores', row.usage?.cpu ?? valueNow(panels, 'cpu', row.name)) },
    { title: 'Memory', numeric: true, cell: (row) => (row.usage ? formatBytes(row.usage.memoryGiB * 1024 ** 3) : formatValue('bytes', valueNow(panels, 'memory', row.name))) },
  ];
  return (
    <>
      <h2 id="replicas">Replicas</h2>
      {rows.length === 0 ? (
        <p class="dim">No replica runs.</p>
      ) : (
        <div class="card chart-table">
          <Table caption="What each replica does now" columns={columns} rows={rows} keyOf={(row) => row.name} />
        </div>
      )}
      <div class="charts">
        {panels
          .filter((panel) => taken(panel.key))
          .map((panel) => (
            <ChartCard key={panel.key} panel={{ ...panel, title: `${panel.title} per replica` }} times={times} markers={markers} />
          ))}
      </div>
      <Lines part="replica" panels={panels.filter((panel) => !taken(panel.key))} times={times} markers={markers} />
    </>
  );
}

/// Each client: the same, as far as there are lines.
export function Clients({ panels, times, markers }: SectionProps) {
  const rows = subjectsOf(panels).map((name): Row => ({ name }));
  const columns: Column<Row>[] = [{ title: 'Client', heads: true, cell: (row) => <span class="wrap">{row.name}</span> }, ...numbersOf(panels)];
  return (
    <>
      <h2 id="clients">Clients</h2>
      {rows.length === 0 ? (
        <p class="dim">No client has called within this time.</p>
      ) : (
        <>
          <div class="card chart-table">
            <Table caption="What each client does now" columns={columns} rows={rows} keyOf={(row) => row.name} />
          </div>
          <Lines part="client" panels={panels} times={times} markers={markers} />
        </>
      )}
    </>
  );
}

/// One chart with a line for each; which of the numbers it shows stands in the address.
function Lines({ part, panels, times, markers }: SectionProps & { part: Part }) {
  const chosen = panels.find((panel) => panel.key === query.value.get(part)) ?? panels[0];
  if (!chosen) return null;
  const choose = (key: string) => setQuery({ [part]: key === panels[0]?.key ? '' : key });
  const head = (
    <label class="row chart-choice">
      <h3>By {part}:</h3>
      <select aria-label={`Shown by ${part}`} value={chosen.key} onChange={(event) => choose(event.currentTarget.value)}>
        {panels.map((panel) => (
          <option key={panel.key} value={panel.key}>
            {panel.title}
          </option>
        ))}
      </select>
    </label>
  );
  return <ChartCard key={chosen.key} wide head={head} panel={{ ...chosen, title: `${chosen.title} by ${part}` }} times={times} markers={markers} />;
}
