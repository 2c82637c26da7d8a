import { formatRelative, formatUtc } from '../lib/format';
import { now } from '../state/clock';

/// "2026-12-27": the day by which something is to be done, with how far it is and the whole time for the pointer.
export function Day({ time }: { time: string }) {
  return (
    <time dateTime={time} title={`${formatRelative(time, now.value)}: ${formatUtc(time)}`}>
      {formatUtc(time).slice(0, 10)}
    </time>
  );
}
