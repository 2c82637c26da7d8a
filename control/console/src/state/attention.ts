import { effect, signal } from '@preact/signals';

/// Whether somebody looks at this tab, or did a moment ago.
///
/// A browser keeps six connections to one address, for all of its tabs: those that nobody looks at must not hold any, or
/// the seventh could not even load.
export const isWatched = signal(true);
/// Whether news are listened to: while it is watched, and now and then for a moment, as the tab's title tells the state of a
/// deployment to who does not look at it.
export const isListening = signal(true);

const patience = 5000;
const catchUpEvery = 30_000;
const catchUpFor = 3000;

let timer: ReturnType<typeof setTimeout> | undefined;

function after(milliseconds: number, act: () => void): void {
  clearTimeout(timer);
  timer = setTimeout(act, milliseconds);
}

function rest(): void {
  isListening.value = false;
  after(catchUpEvery, () => {
    isListening.value = true;
    after(catchUpFor, rest);
  });
}

function look(): void {
  clearTimeout(timer);
  if (document.visibilityState === 'visible') {
    isWatched.value = true;
    isListening.value = true;
    return;
  }
  after(patience, () => {
    isWatched.value = false;
    rest();
  });
}

export function startAttention(): void {
  document.addEventListener('visibilitychange', look);
  look();
}

/// Calls `act` with each change of `watched` from here on; returns what ends it.
export function onChange(watched: typeof isWatched, act: (now: boolean) => void): () => void {
  let first = true;
  return effect(() => {
    const now = watched.value;
    if (!first) act(now);
    first = false;
  });
}
