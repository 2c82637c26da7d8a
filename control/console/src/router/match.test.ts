import { describe, expect, it } from 'vitest';
import { matchPath, withQuery } from './match';

describe('matchPath', () => {
  it('takes variable segments', () => {
    expect(matchPath('/deployments/:id/:tab?', '/deployments/iris/logs')).toEqual({ id: 'iris', tab: 'logs' });
  });
  it('lets an optional segment be absent, and a slash stand at the end', () => {
    expect(matchPath('/deployments/:id/:tab?', '/deployments/iris')).toEqual({ id: 'iris' });
    expect(matchPath('/deployments/:id/:tab?', '/deployments/iris/')).toEqual({ id: 'iris' });
  });
  it('refuses what is longer, shorter or different', () => {
    expect(matchPath('/deployments/:id', '/deployments')).toBeNull();
    expect(matchPath('/deployments/:id', '/deployments/a/b')).toBeNull();
    expect(matchPath('/deployments', '/groups')).toBeNull();
  });
  it('decodes segments and refuses broken ones', () => {
    expect(matchPath('/groups/:name', '/groups/a%20b')).toEqual({ name: 'a b' });
    expect(matchPath('/groups/:name', '/groups/%zz')).toBeNull();
  });
});

describe('withQuery', () => {
  const query = new URLSearchParams('search=iris&group=a&group=b');
  it('sets, repeats and takes away', () => {
    expect(withQuery(query, { search: '', group: ['c', 'd'], mine: true }).toString()).toBe('group=c&group=d&mine=1');
  });
  it('leaves alone what is not named', () => {
    expect(withQuery(query, { page: 2 }).toString()).toBe('search=iris&group=a&group=b&page=2');
  });
});
