import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { attention, isListening, isWatched, startAttention } from './attention';
import type { WindowNews } from './window_order';

let visibility = 'visible';
let changed: () => void = () => {};
let hear: (news: WindowNews) => void = () => {};
const show = (state: string) => {
  visibility = state;
  changed();
};
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const now = () => [isWatched.value, isListening.value];

beforeEach(() => {
  vi.useFakeTimers();
  visibility = 'visible';
  vi.stubGlobal('window', { addEventListener: () => {} });
  vi.stubGlobal('BroadcastChannel', class {
    onmessage: ((said: { data: WindowNews }) => void) | null = null;
    postMessage = () => {};
    constructor() {
      hear = (data) => this.onmessage!({ data });
    }
  });
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

it('gives its connections to two windows that were looked at since, listens every 5 s, and takes them back', async () => {
  hear({ id: 'b', at: Date.now() + 1 });
  expect([attention.value, isListening.value]).toEqual(['holding', true]);
  hear({ id: 'c', at: Date.now() + 2 });
  expect([attention.value, isListening.value]).toEqual(['sharing', false]);
  let heard = 0;
  for (let second = 0; second < 50; ++second) {
    await pass(1);
    if (isListening.value) ++heard;
  }
  expect(heard).toBe(10);
  hear({ id: 'b', at: null });
  expect([attention.value, isListening.value]).toEqual(['holding', true]);
});
