import { describe, expect, it } from 'vitest';
import { expiryAfter, scopeText, tokenState } from './token_state';

const now = Date.parse('2026-03-31T00:00:00Z');
const token = { createdAt: '2026-01-01T00:00:00Z', expiresAt: null, lastUsedAt: '2026-03-30T00:00:00Z' };

describe('token', () => {
  it('is warned of a week before it expires, and when nobody has used it for a month', () => {
    expect(tokenState(token, now)).toBe('active');
    expect(tokenState({ ...token, expiresAt: '2026-04-06T00:00:00Z' }, now)).toBe('expiring');
    expect(tokenState({ ...token, expiresAt: '2026-04-08T00:00:00Z' }, now)).toBe('active');
    expect(tokenState({ ...token, expiresAt: '2026-03-31T00:00:00Z' }, now)).toBe('expired');
    expect(tokenState({ ...token, lastUsedAt: null }, now)).toBe('unused');
    expect(tokenState({ ...token, lastUsedAt: null, createdAt: '2026-03-30T00:00:00Z' }, now)).toBe('active');
  });

  it('says what it may be used for', () => {
    expect(scopeText({ readOnly: false, groups: null })).toBe('everything its user may');
    expect(scopeText({ readOnly: true, groups: ['a', 'b'] })).toBe('look only in a, b');
  });

  it('ends so many days from now', () => {
    expect(expiryAfter('30', now)).toBe('2026-04-30T00:00:00.000Z');
    expect(expiryAfter('none', now)).toBeNull();
  });
});
