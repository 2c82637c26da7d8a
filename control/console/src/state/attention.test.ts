import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isListening, isWatched, startAttention } from './attention';

let visibility = 'visible';
let changed: () => void = () => {};
const show = (state: string) => {
  visibility = state;
  changed();
};
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const now = () => [isWatched.value, isListening.value];

beforeEach(() => {
  vi.useFakeTimers();
  visibility = 'visible';
  vi.stubGlobal('document', { addEventListener: (_: string, act: () => void) => (changed = act), get visibilityState() { return visibility; } });
  startAttention();
});
afterEach(() => {
  show('visible');
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('ends a moment after the tab was left, and comes back at once', async () => {
  show('hidden');
  await pass(4);
  expect(now()).toEqual([true, true]);
  await pass(2);
  expect(now()).toEqual([false, false]);
  show('visible');
  expect(now()).toEqual([true, true]);
  await pass(100);
  expect(now()).toEqual([true, true]);
});

it('does not end where the tab was left for a moment only', async () => {
  show('hidden');
  await pass(4);
  show('visible');
  await pass(4);
  expect(now()).toEqual([true, true]);
});

it('listens now and then while nobody looks', async () => {
  show('hidden');
  await pass(6);
  let heard = 0;
  for (let second = 0; second < 330; ++second) {
    await pass(1);
    expect(isWatched.value).toBe(false);
    if (isListening.value) ++heard;
  }
  expect(heard).toBeGreaterThanOrEqual(25);
  expect(heard).toBeLessThanOrEqual(35);
});
