import { formatRelative } from '../lib/format';
import { attention, sharingEvery } from '../state/attention';
import { now } from '../state/clock';
import { lastHeard, liveState, reconnectNow, type LiveState } from '../state/live';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';

const words: Record<LiveState, string> = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting…', stale: 'Not live', resuming: 'Catching up…' };

/// Whether what is shown is what is.
export function LiveDot() {
  const state = liveState.value;
  const shares = state === 'live' && attention.value === 'sharing';
  const seconds = sharingEvery / 1000;
  const title = shares ? `Other windows hold the connections: changes are shown within ${seconds} s` : state === 'live' ? 'Every change is shown as it happens' : words[state];
  return (
    <span class={`live live-${state}`} role="status" title={title}>
      <Icon name={state === 'live' ? 'activity' : state === 'stale' ? 'wifi-off' : 'loader-circle'} size={14} spin={state !== 'live' && state !== 'stale'} />
      <span class="live-words">{shares ? `Live, every ${seconds} s` : words[state]}</span>
    </span>
  );
}

export function LiveBanner() {
  const state = liveState.value;
  if (state !== 'reconnecting' && state !== 'stale') return null;
  const since = lastHeard.value === null ? '' : ` What is shown is from ${formatRelative(new Date(lastHeard.value).toISOString(), now.value)}.`;
  return (
    <div class={`banner banner-${state}`}>
      <Icon name="wifi-off" />
      <span>
        {state === 'stale' ? 'The connection to the program is lost; trying again.' : 'The connection was lost, reconnecting…'}
        {since}
      </span>
      <Button small onClick={reconnectNow}>
        Try now
      </Button>
    </div>
  );
}
