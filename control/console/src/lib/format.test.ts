import { describe, expect, it } from 'vitest';
import { formatDuration, formatInstanceType, formatMilliseconds, formatNumber, formatRelative, formatUtc, plural, resourceAmount } from './format';

const now = Date.parse('2026-11-27T12:00:00Z');

describe('formatRelative', () => {
  it.each([
    ['2026-11-27T11:59:55Z', 'just now'],
    ['2026-11-27T11:59:30Z', '30 sec. ago'],
    ['2026-11-27T11:57:00Z', '3 min. ago'],
    ['2026-11-26T11:00:00Z', 'yesterday'],
    ['2026-11-27T14:00:00Z', 'in 2 hr.'],
    ['never', 'never'],
  ])('%s is %s', (time, text) => expect(formatRelative(time, now)).toBe(text));
});

it('writes times in UTC', () => expect(formatUtc('2026-11-27T03:05:09.123Z')).toBe('2026-11-27 03:05:09 UTC'));

it.each([
  [0.25, '250 ms'],
  [41, '41 s'],
  [185, '3 min 5 s'],
  [7440, '2 h 4 min'],
  [86_400, '1 d'],
])('writes %s seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

it('writes numbers without noise', () => {
  expect(formatNumber(0.1 + 0.2)).toBe('0.3');
  expect(resourceAmount('memory', 1.5)).toBe('1.5 GiB');
  expect(resourceAmount('cpu', null)).toBe('∞');
  expect(formatMilliseconds(1.234)).toBe('1.23 ms');
  expect(formatMilliseconds(1500)).toBe('1.5 s');
  expect(plural(1, 'replica')).toBe('1 replica');
  expect(plural(2, 'replica')).toBe('2 replicas');
});

it('writes an instance type as PrimeHub does', () => {
  expect(formatInstanceType({ displayName: 'Small', cpu: 0.25, memoryGiB: 1, gpu: 0 })).toBe('Small (CPU: 0.25 / Memory: 1 G / GPU: 0)');
});
