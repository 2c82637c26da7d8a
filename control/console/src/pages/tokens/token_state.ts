import type { Token } from '../../api/types';

export type TokenState = 'active' | 'expiring' | 'expired' | 'unused';

const day = 86_400_000;
/// So long before its end it is warned of.
const warning = 7 * day;
const unusedAfter = 30 * day;

/// What is to be said of a token at `now`. Nothing of one that was used and does not end soon.
export function tokenState(token: Pick<Token, 'createdAt' | 'expiresAt' | 'lastUsedAt'>, now: number): TokenState {
  if (token.expiresAt !== null) {
    const left = Date.parse(token.expiresAt) - now;
    if (left <= 0) return 'expired';
    if (left < warning) return 'expiring';
  }
  if (token.lastUsedAt === null && now - Date.parse(token.createdAt) > unusedAfter) return 'unused';
  return 'active';
}

/// What it may be used for, in words.
export function scopeText(token: Pick<Token, 'readOnly' | 'groups'>): string {
  const groups = token.groups === null ? '' : ` in ${token.groups.join(', ')}`;
  return (token.readOnly ? 'look only' : 'everything its user may') + groups;
}

export const lifetimes = [
  { value: '30', text: '30 days' },
  { value: '90', text: '90 days' },
  { value: '365', text: '365 days' },
  { value: 'none', text: 'No expiry' },
] as const;

export function expiryAfter(days: string, now: number): string | null {
  return days === 'none' ? null : new Date(now + Number(days) * day).toISOString();
}
