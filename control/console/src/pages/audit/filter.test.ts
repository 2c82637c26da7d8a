import { describe, expect, it } from 'vitest';
import { pageOf, readAuditFilter } from './filter';

describe('audit filter', () => {
  it('is read from the address, without what makes no sense', () => {
    expect(readAuditFilter(new URLSearchParams('user=+ann&resource=deployments/iris&result=done&since=2026-01-31T08:15&until=now'))).toEqual({
      user: 'ann',
      resource: 'deployments/iris',
      result: 'done',
      since: '2026-01-31T08:15:00Z',
      until: '',
    });
    expect(readAuditFilter(new URLSearchParams('result=odd&since=2026-99-31T08:15')).since).toBe('');
  });

  it('leads to the page of what was changed', () => {
    expect(pageOf('deployments/iris/clients/app')).toBe('/deployments/iris');
    expect(pageOf('users/a@b.c')).toBe('/users/a%40b.c');
    expect(pageOf('deployments')).toBeNull();
    expect(pageOf('session')).toBeNull();
  });
});
