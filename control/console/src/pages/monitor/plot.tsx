import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Charts } from '../../api/types';
import { extentOf, type Line } from './lines';
import { markerLabels } from './marker_labels';
import { styleOf } from './line_style';
import { useThemeKey } from './theme_key';
import { axisRange, formatValue, type Unit } from './units';

export type Marker = Charts['markers'][number];

interface PlotProps {
  unit: Unit;
  lines: readonly Line[];
  /// Seconds since 1970, as many as each line has values.
  times: readonly number[];
  markers: readonly Marker[];
  hidden: ReadonlySet<string>;
  /// The step under the pointer; null: none.
  onStep: (step: number | null) => void;
}

const height = 150;
/// Steps of an axis of bytes: round numbers of KiB, MiB and GiB.
const powersOfTwo = Array.from({ length: 50 }, (_, power) => 2 ** power);

/// Lines over time. For the eye only: what it shows stands in the legend and in the table beside it, too.
export function Plot({ unit, lines, times, markers, hidden, onStep }: PlotProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef({ markers, onStep, unit, lines, hidden });
  current.current = { markers, onStep, unit, lines, hidden };
  const themeKey = useThemeKey();
  // A line that comes or goes makes another plot; new values do not.
  const shape = unit + '\n' + lines.map((line) => line.title).join('\n');

  useEffect(() => {
    const host = element.current;
    if (!host) return;
    const made = new uPlot(optionsOf(host, current.current, () => current.current), dataOf(times, lines), host);
    plot.current = made;
    const observer = new ResizeObserver(() => host.clientWidth > 0 && made.setSize({ width: host.clientWidth, height }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, themeKey]);

  useEffect(() => {
    plot.current?.setData(dataOf(times, lines));
  }, [times, lines, markers]);

  useEffect(() => {
    lines.forEach((line, index) => {
      const shown = !hidden.has(line.title);
      if (plot.current && plot.current.series[index + 1]?.show !== shown) plot.current.setSeries(index + 1, { show: shown });
    });
  }, [hidden, shape, themeKey]);

  return <div ref={element} class="plot" aria-hidden="true" />;
}

function dataOf(times: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [[...times], ...lines.map((line) => [...line.values])];
}

type Current = Omit<PlotProps, 'times'>;

function optionsOf(host: HTMLElement, { unit, lines }: Current, now: () => Current): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = { stroke: colour('--dim'), font, grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1, size: 4 } };
  return {
    width: host.clientWidth || 300,
    height,
    padding: [14, 18, 0, 0], // at the right half a label of the times has room
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: 'monitor', setSeries: false } },
    scales: { x: { time: true }, y: { range: () => yRange(now()) } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, splits) => splits.map(clock) },
      { ...axis, size: 62, space: 26, ...(unit === 'bytes' ? { incrs: powersOfTwo } : {}), values: (_, splits) => splits.map((value) => formatValue(unit, Number(value.toPrecision(6)))) },
    ],
    series: [
      {},
      ...lines.map((_, index): uPlot.Series => {
        const look = styleOf(index);
        return {
          stroke: colour(look.colour),
          width: 1.75,
          dash: [...look.dash],
          spanGaps: false,
          // A step between two of which nothing is known has no line to show it.
          points: { show: false, size: 4, fill: colour(look.colour), filter: lonely },
        };
      }),
    ],
    hooks: {
      draw: [(plot) => drawMarkers(plot, now().markers, colour, font)],
      setCursor: [(plot) => now().onStep(plot.cursor.idx ?? null)],
    },
  };
}

function yRange({ unit, lines, hidden }: Current): [number, number] {
  const { least, most } = extentOf(lines.filter((line) => !hidden.has(line.title)));
  return axisRange(unit, least, most);
}

function lonely(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  return Array.from(values.keys()).filter((at) => values[at] != null && values[at - 1] == null && values[at + 1] == null);
}

function clock(seconds: number): string {
  const at = new Date(seconds * 1000);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

function drawMarkers(plot: uPlot, markers: readonly Marker[], colour: (name: string) => string, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour('--accent');
  ctx.font = font.replace('11px', `${11 * ratio}px`);
  ctx.textAlign = 'center';
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  const shown = markers
    .map(({ at, revision }) => ({ x: Math.round(plot.valToPos(Date.parse(at) / 1000, 'x', true)), revision }))
    .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width);
  for (const { x } of shown) {
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  for (const { x, text } of markerLabels(shown, (label) => ctx.measureText(label).width + 6 * ratio)) ctx.fillText(text, x, bbox.top - 3 * ratio);
  ctx.restore();
}
