import type { Charts } from '../../api/types';
import type { Unit } from './units';

export type Series = Charts['series'][number];
export type Values = readonly (number | null)[];

export interface Line {
  /// What tells it from the other lines of its chart.
  title: string;
  values: Values;
}

export interface Panel {
  /// The name of its series, with the quantile where only one is shown: `qps`, `latency 0.99`.
  key: string;
  title: string;
  /// What is counted, in a sentence.
  hint: string;
  unit: Unit;
  lines: Line[];
}

/// Labels that name a part of the deployment, each with lines of its own.
export type Part = 'replica' | 'client';

const known: Record<string, Pick<Panel, 'title' | 'hint' | 'unit'>> = {
  qps: { title: 'QPS', hint: 'Requests a second.', unit: 'perSecond' },
  success: { title: 'Success rate', hint: 'The share of answers that are no 5xx.', unit: 'ratio' },
  '4xx': { title: '4xx', hint: 'Answers a second that refuse the request.', unit: 'perSecond' },
  '5xx': { title: '5xx', hint: 'Answers a second that failed.', unit: 'perSecond' },
  predict_qps: { title: 'Predict QPS', hint: 'What was sent to replicas, by model.', unit: 'perSecond' },
  reward: { title: 'Reward', hint: 'Average reward of feedback.', unit: 'plain' },
  latency: { title: 'Latency', hint: 'Time to the answer, by quantile.', unit: 'seconds' },
  in_flight: { title: 'In flight', hint: 'Requests under way.', unit: 'count' },
  cpu: { title: 'CPU', hint: 'Cores in use.', unit: 'cores' },
  memory: { title: 'Memory', hint: 'What cannot be taken back at once.', unit: 'bytes' },
};
const order = Object.keys(known);

/// Of a name that this console does not know yet, the name itself.
function looksOf(name: string): Pick<Panel, 'title' | 'hint' | 'unit'> {
  return known[name] ?? { title: name, hint: '', unit: 'plain' };
}

const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);

/// `0.99` as people say it: p99.
export function quantileTitle(quantile: string): string {
  return 'p' + String(Number((Number(quantile) * 100).toPrecision(6)));
}

function titleOf(labels: Series['labels'], name: string): string {
  const { quantile, image, version } = labels;
  if (quantile !== undefined) return quantileTitle(quantile);
  if (image !== undefined) return version ? `${image}:${version}` : image;
  const rest = Object.values(labels);
  return rest.length > 0 ? rest.join(' ') : looksOf(name).title;
}

/// By name, numbers by their value; what stands for all that have no line of their own has a blank in it and comes last.
function byTitle(a: string, b: string): number {
  return Number(a.includes(' ')) - Number(b.includes(' ')) || a.localeCompare(b, 'en', { numeric: true });
}

function partOf(labels: Series['labels']): Part | null {
  return 'replica' in labels ? 'replica' : 'client' in labels ? 'client' : null;
}

function byNameThenTitle(a: Panel, b: Panel): number {
  return place(a.key.split(' ')[0] ?? '') - place(b.key.split(' ')[0] ?? '') || a.key.localeCompare(b.key, 'en', { numeric: true });
}

/// A chart for each name: of the deployment as a whole.
export function wholePanels(charts: Charts): Panel[] {
  const panels = new Map<string, Panel>();
  for (const { name, labels, values } of charts.series) {
    if (partOf(labels)) continue;
    const panel = panels.get(name) ?? { key: name, ...looksOf(name), lines: [] };
    panel.lines.push({ title: titleOf(labels, name), values });
    panels.set(name, panel);
  }
  for (const panel of panels.values()) panel.lines.sort((a, b) => byTitle(a.title, b.title));
  return [...panels.values()].sort(byNameThenTitle);
}

/// A chart for each name and quantile, with a line for each replica or client.
export function partPanels(charts: Charts, part: Part): Panel[] {
  const panels = new Map<string, Panel>();
  for (const { name, labels, values } of charts.series) {
    const subject = partOf(labels) === part ? labels[part] : undefined;
    if (subject === undefined) continue;
    // What is left of the labels tells lines of one name apart: a quantile, a class of answers.
    const { [part]: _, ...rest } = labels;
    const detail = Object.keys(rest).length > 0 ? titleOf(rest, name) : '';
    const key = detail ? `${name} ${detail}` : name;
    const looks = looksOf(name);
    const panel = panels.get(key) ?? { key, ...looks, title: detail ? `${looks.title} ${detail}` : looks.title, lines: [] };
    panel.lines.push({ title: subject, values });
    panels.set(key, panel);
  }
  for (const panel of panels.values()) panel.lines.sort((a, b) => byTitle(a.title, b.title));
  return [...panels.values()].sort(byNameThenTitle);
}

/// Every name that has a line in one of `panels`.
export function subjectsOf(panels: readonly Panel[]): string[] {
  const names = new Set(panels.flatMap((panel) => panel.lines.map((line) => line.title)));
  return [...names].sort(byTitle);
}

/// The newest value; null when nothing came in the last three steps.
export function latest(values: Values): number | null {
  return values.slice(-3).findLast((value) => value !== null) ?? null;
}

export function valueNow(panels: readonly Panel[], key: string, subject: string): number | null {
  const line = panels.find((panel) => panel.key === key)?.lines.find((each) => each.title === subject);
  return line ? latest(line.values) : null;
}

export interface Extent {
  least: number | null;
  most: number | null;
}

export function extentOf(lines: readonly Line[]): Extent {
  let least: number | null = null;
  let most: number | null = null;
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null) continue;
      least = least === null ? value : Math.min(least, value);
      most = most === null ? value : Math.max(most, value);
    }
  }
  return { least, most };
}

/// Whether anything was ever asked of the deployment within the time shown.
export function hasTraffic(panels: readonly Panel[]): boolean {
  const requests = panels.find((panel) => panel.key === 'qps');
  return requests?.lines.some((line) => line.values.some((value) => (value ?? 0) > 0)) === true;
}

/// The seconds since 1970 at which each step begins.
export function timesOf(charts: Charts): number[] {
  const length = charts.series[0]?.values.length ?? 0;
  const start = Date.parse(charts.start) / 1000;
  return Array.from({ length }, (_, index) => start + index * charts.step);
}
