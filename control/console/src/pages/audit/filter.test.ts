import { describe, expect, it } from 'vitest';
import { actionOf, pageOf, readAuditFilter } from './filter';

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

it('tells what was done beyond the method', () => {
  const of = (path: string, resource = 'deployments/iris') => actionOf({ path, resource });
  expect(of('/api/v1/deployments/iris/restart')).toBe('restart');
  expect(of('/api/v1/deployments/iris/clients/app/rotate', 'deployments/iris/clients/app')).toBe('rotate');
  expect(of('/api/v1/deployments/iris')).toBe('');
  expect(of('/api/v1/deployments')).toBe('');
  expect(of('/api/v1/groups/a?confirm=x/y', 'groups/a')).toBe('');
  expect(of('/api/v1/session', '')).toBe('');
});
