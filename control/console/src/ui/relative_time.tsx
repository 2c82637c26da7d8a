import { formatRelative, formatUtc } from '../lib/format';
import { now } from '../state/clock';

/// "3 min ago", with the whole time in UTC for the pointer. `minutes`: the time is known to the minute only, which may last still.
export function RelativeTime({ time, minutes = false }: { time: string; minutes?: boolean }) {
  const isNow = minutes && now.value - Date.parse(time) < 60_000;
  return (
    <time dateTime={time} title={minutes ? formatUtc(time).replace(/:\d\d UTC$/, ' UTC') : formatUtc(time)}>
      {isNow ? 'just now' : formatRelative(time, now.value)}
    </time>
  );
}
