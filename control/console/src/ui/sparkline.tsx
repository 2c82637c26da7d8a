import { formatNumber } from '../lib/format';

const width = 120;
const height = 28;

type Values = readonly (number | null)[];

function points(values: Values, most: number): string {
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${(index * step).toFixed(1)},${(height - 2 - ((value ?? 0) / most) * (height - 4)).toFixed(1)}`)
    .join(' ');
}

/// Requests a second as a line, and errors below it as an area.
export function Sparkline({ requests, errors }: { requests: Values; errors: Values }) {
  const last = requests.findLast((value) => value !== null) ?? 0;
  const failing = errors.findLast((value) => value !== null) ?? 0;
  const most = Math.max(1e-9, ...requests.map((value) => value ?? 0));
  const hasErrors = errors.some((value) => (value ?? 0) > 0);
  const words = `${formatNumber(Number(last.toPrecision(3)))} requests a second` + (hasErrors ? `, ${formatNumber(Number(failing.toPrecision(3)))} errors a second` : ', no errors in five minutes');
  return (
    <span class="sparkline" title={words}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} preserveAspectRatio="none" role="img" aria-label={words}>
        {hasErrors && <polygon class="sparkline-errors" points={`0,${height - 2} ${points(errors, most)} ${width},${height - 2}`} />}
        <polyline class="sparkline-requests" points={points(requests, most)} />
      </svg>
      <span class="small dim" aria-hidden="true">
        {formatNumber(Number(last.toPrecision(2)))}/s
      </span>
    </span>
  );
}
