import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { latest, type Panel } from './lines';
import { styleOf } from './line_style';
import { Plot, type Marker } from './plot';
import { formatValue } from './units';

interface CardProps {
  panel: Panel;
  times: readonly number[];
  markers: readonly Marker[];
  wide?: boolean;
  /// Stands in the place of the title.
  head?: ComponentChildren;
}

/// One chart: its value now, its lines, what each line is, and all of its values as a table.
export function ChartCard({ panel, times, markers, wide = false, head }: CardProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [step, setStep] = useState<number | null>(null);
  const toggle = (title: string) => {
    const next = new Set(hidden);
    if (!next.delete(title)) next.add(title);
    setHidden(next);
  };
  const alone = panel.lines.length === 1 ? panel.lines[0] : undefined;
  const at = step === null ? undefined : times[step];
  const valueOf = (values: readonly (number | null)[]) => formatValue(panel.unit, step === null ? latest(values) : values[step]);
  return (
    <section class={wide ? 'card chart chart-wide' : 'card chart'} aria-label={panel.title}>
      <header class="chart-head">
        <div>
          {head ?? <h3>{panel.title}</h3>}
          {panel.hint && <p class="dim small">{panel.hint}</p>}
        </div>
        <div class="chart-now">
          {alone && <span class="chart-value">{valueOf(alone.values)}</span>}
          <span class="dim small">{at === undefined ? '' : timeOf(at)}</span>
        </div>
      </header>
      <Plot unit={panel.unit} lines={panel.lines} times={times} markers={markers} hidden={hidden} onStep={setStep} />
      {(panel.lines.length > 1 || alone?.title !== panel.title) && (
        <ul class="chart-legend">
          {panel.lines.map((line, index) => (
            <li key={line.title}>
              <button type="button" aria-pressed={!hidden.has(line.title)} title={hidden.has(line.title) ? 'Show this line' : 'Hide this line'} onClick={() => toggle(line.title)}>
                <Swatch index={index} />
                <span class="wrap">{line.title}</span>
                <span class="chart-number">{valueOf(line.values)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <DataTable panel={panel} times={times} markers={markers} />
    </section>
  );
}

function Swatch({ index }: { index: number }) {
  const look = styleOf(index);
  return (
    <svg class="chart-swatch" viewBox="0 0 28 4" width="28" height="4" aria-hidden="true">
      <line x1="0" y1="2" x2="28" y2="2" stroke={`var(${look.colour})`} stroke-width="2.5" stroke-dasharray={look.dash.join(' ') || undefined} />
    </svg>
  );
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

/// The same for those who do not see the lines. It is made when it is opened only: it has many cells.
function DataTable({ panel, times, markers }: CardProps) {
  const [open, setOpen] = useState(false);
  return (
    <details class="chart-data" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Data table{open ? '' : <span class="visually-hidden"> of {panel.title}</span>}</summary>
      {open && (
        <div class="chart-scroll" tabIndex={0} role="region" aria-label={`Values of ${panel.title}`}>
          <table>
            <caption class="visually-hidden">{panel.title}, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {panel.lines.map((line) => (
                  <th key={line.title} scope="col">
                    {line.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rowsOf(panel, times).map(([time, values]) => (
                <tr key={time}>
                  <th scope="row">
                    {timeOf(time)}
                    {deployedAt(markers, time, times)}
                  </th>
                  {values.map((value, index) => (
                    <td key={index}>{formatValue(panel.unit, value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

/// Newest first; steps of which nothing is known are left out.
function rowsOf(panel: Panel, times: readonly number[]): [number, (number | null)[]][] {
  return times
    .map((time, step): [number, (number | null)[]] => [time, panel.lines.map((line) => line.values[step] ?? null)])
    .filter(([, values]) => values.some((value) => value !== null))
    .reverse();
}

function deployedAt(markers: readonly Marker[], time: number, times: readonly number[]): string {
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  const here = markers.filter(({ at }) => Date.parse(at) / 1000 >= time && Date.parse(at) / 1000 < time + step);
  return here.map(({ revision }) => ` · r${revision} deployed`).join('');
}
