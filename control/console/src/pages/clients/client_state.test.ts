import { expect, it } from 'vitest';
import type { Client } from '../../api/types';
import { expiryAfter, nameMistake, notBefore, previousHolds, stateOf, warningsOf } from './client_state';

const now = Date.parse('2026-11-27T12:00:00Z');
const client: Client = {
  name: 'app', prefix: 'mgc_4mXo', createdAt: '2026-11-20T12:00:00Z', createdBy: 'ann', expiresAt: null, disabled: false, previousUntil: null,
  lastUsedAt: null, requests: 0, importedHash: null,
};

it('knows whether a client may call', () => {
  expect(stateOf(client, now)).toBe('Active');
  expect(stateOf({ ...client, disabled: true, expiresAt: '2020-01-01T00:00:00Z' }, now)).toBe('Disabled');
  expect(stateOf({ ...client, expiresAt: '2026-11-27T12:00:00Z' }, now)).toBe('Expired');
  expect(stateOf({ ...client, expiresAt: '2026-11-27T12:00:01Z' }, now)).toBe('Active');
});

it('warns of what expires, is not used, or was imported', () => {
  expect(warningsOf(client, now)).toEqual([]);
  expect(warningsOf({ ...client, expiresAt: '2026-11-30T13:00:00Z' }, now)).toEqual(['Expires in 3 days']);
  expect(warningsOf({ ...client, expiresAt: '2026-11-27T13:00:00Z' }, now)).toEqual(['Expires within a day']);
  expect(warningsOf({ ...client, expiresAt: '2026-12-05T12:00:00Z' }, now)).toEqual([]);
  expect(warningsOf({ ...client, expiresAt: '2026-11-01T12:00:00Z' }, now)).toEqual([]);
  expect(warningsOf({ ...client, createdAt: '2026-10-01T12:00:00Z' }, now)).toEqual(['Never used since it was made 57 days ago']);
  expect(warningsOf({ ...client, lastUsedAt: '2026-10-27T11:00:00Z' }, now)).toEqual(['Not used for 31 days']);
  expect(warningsOf({ ...client, importedHash: 'apr1' }, now)[0]).toMatch(/^Imported password \(apr1\)/);
});

it('says how long an old token holds', () => {
  expect(previousHolds(client, now)).toBeNull();
  expect(previousHolds({ ...client, previousUntil: '2026-11-27T13:00:00Z' }, now)).toBe('2026-11-27 13:00:00 UTC');
  expect(previousHolds({ ...client, previousUntil: '2026-11-27T11:00:00Z' }, now)).toBeNull();
});

it('knows names that a client can have, and lifetimes', () => {
  expect(nameMistake('')).toBe('Please input your client name!');
  for (const good of ['app', '_x', 'a-1_b', 'a'.repeat(64)]) expect(nameMistake(good)).toBeNull();
  for (const bad of ['App', '1a', '-a', 'a b', 'a:b', 'a'.repeat(65)]) expect(nameMistake(bad)).not.toBeNull();
  expect(expiryAfter('', now)).toBeNull();
  expect(expiryAfter('30', now)).toBe('2026-12-27T12:00:00.000Z');
});

it('says of no client that it was used before it was made', () => {
  expect(notBefore('2026-11-27T12:00:40Z', '2026-11-27T12:00:00Z')).toBe('2026-11-27T12:00:40Z');
  expect(notBefore('2026-11-27T12:00:40Z', '2026-11-27T12:03:00Z')).toBe('2026-11-27T12:03:00Z');
});
