import { formatBytes } from '../../lib/bytes';
import { formatMilliseconds, formatNumber } from '../../lib/format';

/// What a line counts in; how its values are told to people follows from it.
export type Unit = 'perSecond' | 'ratio' | 'seconds' | 'count' | 'cores' | 'bytes' | 'plain';

const three = (value: number) => formatNumber(Number(value.toPrecision(3)));

/// A value with its unit, short enough for an axis and a table alike; `-` where nothing is known.
export function formatValue(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  switch (unit) {
    case 'perSecond':
      return `${three(value)}/s`;
    case 'ratio':
      // Rounded down: 99.999 % is not "all".
      return `${Math.floor(value * 10_000 + 1e-6) / 100}%`;
    case 'seconds':
      return formatMilliseconds(value * 1000);
    case 'bytes':
      return formatBytes(value);
    case 'cores':
    case 'count':
    case 'plain':
      return three(value);
  }
}

/// From where to where an axis goes that has to show values from `least` to `most`.
///
/// It begins at zero, so that heights can be compared; a share ends at 1 and shows the part below it that matters, as
/// the difference of 0.999 to 1 is what one looks for.
export function axisRange(unit: Unit, least: number | null, most: number | null): [number, number] {
  if (unit === 'ratio') {
    const missing = Math.max(0.01, 1 - (least ?? 1));
    return [Math.max(0, 1 - missing * 1.1), 1 + missing * 0.05];
  }
  const floor = unit === 'plain' ? Math.min(0, least ?? 0) : 0;
  const ceiling = Math.max(most ?? 0, floor);
  if (ceiling === floor) return [floor, floor + (unit === 'bytes' ? 1024 ** 2 : unit === 'seconds' ? 0.01 : 1)];
  return [floor - (floor < 0 ? (ceiling - floor) * 0.08 : 0), ceiling + (ceiling - floor) * 0.08];
}
