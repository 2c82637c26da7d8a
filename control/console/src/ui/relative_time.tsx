import { formatRelative, formatUtc } from '../lib/format';
import { now } from '../state/clock';

/// "3 min ago", with the whole time in UTC for the pointer.
export function RelativeTime({ time }: { time: string }) {
  return (
    <time dateTime={time} title={formatUtc(time)}>
      {formatRelative(time, now.value)}
    </time>
  );
}
