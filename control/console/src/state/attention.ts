import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { newKey } from '../api/client';
import { WindowOrder, type WindowNews } from './window_order';

/// A browser keeps six connections to one address, for all of its windows and tabs: if each held those of its news and its
/// log, the fourth could not even load, nor the third do anything.
///
/// holding: among the windows that were looked at last, which hold their connections. sharing: seen beside those, so that it
/// asks every few seconds and holds none. away: nobody looks at it, or did a moment ago.
export type Attention = 'holding' | 'sharing' | 'away';
export const attention = signal<Attention>('holding');
export const isWatched = computed(() => attention.value !== 'away');
/// Whether news are listened to: while connections are held, and else now and then for a moment; the tab's title tells the
/// state of a deployment to who does not look at it.
export const isListening = signal(true);

/// Two connections each: two more are left for what is asked meanwhile.
const mostHolding = 2;
const patience = 5000;
/// Milliseconds between the moments at which news are listened to, and how long they are.
const catchUps = { sharing: { every: 4000, lasting: 1000 }, away: { every: 30_000, lasting: 3000 } } as const;
export const sharingEvery = catchUps.sharing.every + catchUps.sharing.lasting;

let leaving: ReturnType<typeof setTimeout> | undefined;
let pulse: ReturnType<typeof setTimeout> | undefined;

function rest({ every, lasting }: { every: number; lasting: number }): void {
  isListening.value = false;
  pulse = setTimeout(() => {
    isListening.value = true;
    pulse = setTimeout(() => rest({ every, lasting }), lasting);
  }, every);
}

function become(next: Attention): void {
  if (attention.value === next) return;
  attention.value = next;
  clearTimeout(pulse);
  if (next === 'holding') isListening.value = true;
  else rest(catchUps[next]);
}

export function startAttention(): void {
  // Not Web Locks: without https there are none.
  const channel = new BroadcastChannel('modelgate-windows');
  const order = new WindowOrder(newKey(), (news) => channel.postMessage(news));
  const settle = () => become(order.isAmongLast(mostHolding) ? 'holding' : 'sharing');
  const look = () => {
    clearTimeout(leaving);
    order.look(Date.now());
    settle();
  };
  const leave = () => {
    order.leave();
    become('away');
  };
  channel.onmessage = ({ data }: MessageEvent<WindowNews>) => {
    order.hear(data);
    if (isWatched.peek()) settle();
  };
  const visibilityChanged = () => {
    if (document.visibilityState === 'visible') look();
    else leaving = setTimeout(leave, patience);
  };
  document.addEventListener('visibilitychange', visibilityChanged);
  window.addEventListener('focus', look);
  window.addEventListener('pagehide', () => order.leave());
  if (document.visibilityState === 'visible') look();
  else become('away');
}

/// Calls `act` with each change of `watched` from here on; returns what ends it.
export function onChange<T>(watched: ReadonlySignal<T>, act: (now: T) => void): () => void {
  let first = true;
  return effect(() => {
    const now = watched.value;
    if (!first) act(now);
    first = false;
  });
}
