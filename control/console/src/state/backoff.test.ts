import { expect, it } from 'vitest';
import { delayOf } from './backoff';

it('doubles up to a bound, less a random half at most', () => {
  expect([1, 2, 3, 20].map((failures) => delayOf(failures, 0))).toEqual([500, 1000, 2000, 30_000]);
  expect(delayOf(3, 1)).toBe(1000);
});

it('waits as long as the program asks', () => {
  expect(delayOf(1, 0.5, 7000)).toBe(7000);
});
