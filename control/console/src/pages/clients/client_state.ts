import type { Client } from '../../api/types';
import { formatUtc } from '../../lib/format';

export type ClientState = 'Active' | 'Disabled' | 'Expired';

const day = 86_400_000;
const soon = 7 * day;
const longUnused = 30 * day;

export function stateOf(client: Client, now: number): ClientState {
  if (client.disabled) return 'Disabled';
  return client.expiresAt !== null && Date.parse(client.expiresAt) <= now ? 'Expired' : 'Active';
}

const days = (milliseconds: number) => {
  const count = Math.floor(milliseconds / day);
  return `${count} ${count === 1 ? 'day' : 'days'}`;
};

/// What somebody should do something about.
export function warningsOf(client: Client, now: number): string[] {
  const warnings: string[] = [];
  const left = client.expiresAt === null ? Infinity : Date.parse(client.expiresAt) - now;
  if (left > 0 && left < soon) warnings.push(left < day ? 'Expires within a day' : `Expires in ${days(left)}`);
  const unused = now - Date.parse(client.lastUsedAt ?? client.createdAt);
  if (unused > longUnused) warnings.push(client.lastUsedAt === null ? `Never used since it was made ${days(unused)} ago` : `Not used for ${days(unused)}`);
  if (client.importedHash !== null) warnings.push(`Imported password (${client.importedHash}), not used here yet: rotate it to get a token`);
  return warnings;
}

/// A use is known to the minute it was in, which may have begun before the client was made.
export function notBefore(createdAt: string, lastUsedAt: string): string {
  return Date.parse(lastUsedAt) < Date.parse(createdAt) ? createdAt : lastUsedAt;
}

/// Until when the token before the last rotation holds, too; null when it does not.
export function previousHolds(client: Client, now: number): string | null {
  return client.previousUntil !== null && Date.parse(client.previousUntil) > now ? formatUtc(client.previousUntil) : null;
}

/// As in PrimeHub, and no longer than the program takes.
export function nameMistake(name: string): string | null {
  if (name === '') return 'Please input your client name!';
  if (name.length > 64) return 'A name has 64 characters at most.';
  if (!/^[a-z_][a-z0-9_-]*$/.test(name)) return "Lower case letters, digits, '-' and '_'; the first is a letter or '_'.";
  return null;
}

export const lifetimes = [
  { value: '', text: 'Never' },
  { value: '30', text: 'In 30 days' },
  { value: '90', text: 'In 90 days' },
  { value: '365', text: 'In 365 days' },
] as const;

/// When a client expires that has so many days; null without any.
export function expiryAfter(lifetime: string, now: number): string | null {
  return lifetime === '' ? null : new Date(now + Number(lifetime) * day).toISOString();
}
