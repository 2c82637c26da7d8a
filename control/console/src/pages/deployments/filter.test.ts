import { describe, expect, it } from 'vitest';
import type { Deployment, Phase } from '../../api/types';
import { applyFilter, isFiltered, readFilter } from './filter';

const one = (id: string, more: Partial<Deployment> = {}, phase: Phase = 'Deployed') =>
  ({ id, name: id, group: 'a', modelImage: 'demo/iris:1.0', metadata: {}, createdBy: 'ann', updatedAt: '2026-01-01T00:00:00Z', ...more, status: { phase } }) as Deployment;

const list = [
  one('iris', { metadata: { team: 'ml' }, updatedAt: '2026-01-02T00:00:00Z' }),
  one('house', { name: 'House Price', group: 'b', createdBy: 'bob', modelImage: 'demo/price:1' }, 'Failed'),
  one('mnist', { modelImage: 'tf/mnist:2' }, 'Stopped'),
];
const found = (query: string) => applyFilter(list, readFilter(new URLSearchParams(query)), 'ann').shown.map((each) => each.id);

describe('applyFilter', () => {
  it('shows all, newest change first', () => expect(found('')).toEqual(['iris', 'house', 'mnist']));
  it.each([
    ['search=IRI', ['iris']],
    ['search=team=ml', ['iris']],
    ['search=house+price', ['house']],
    ['search=mnist:2', ['mnist']],
    ['group=a', ['iris', 'mnist']],
    ['group=a&group=b&mine=1', ['iris', 'mnist']],
    ['status=Failed', ['house']],
    ['status=Nonsense', ['iris', 'house', 'mnist']],
    ['sort=name', ['house', 'iris', 'mnist']],
    ['sort=status', ['house', 'iris', 'mnist']],
  ])('%s', (query, ids) => expect(found(query)).toEqual(ids));
  it('counts by status what the other filters leave', () => {
    const { counts, total, matching } = applyFilter(list, readFilter(new URLSearchParams('group=a&status=Stopped')), 'ann');
    expect(counts).toEqual({ Deployed: 1, Deploying: 0, Failed: 0, Stopping: 0, Stopped: 1 });
    expect([total, matching]).toEqual([2, 1]);
  });
  it('pages, and shows the last page where a page is asked for that is not', () => {
    const many = Array.from({ length: 25 }, (_, index) => one(`d${String(index).padStart(2, '0')}`));
    const { shown, page, pages } = applyFilter(many, readFilter(new URLSearchParams('page=9')), 'ann');
    expect([shown.map((each) => each.id), page, pages]).toEqual([['d24'], 3, 3]);
  });
  it('knows whether anything is filtered', () => {
    expect(isFiltered(readFilter(new URLSearchParams('page=2&sort=name')))).toBe(false);
    expect(isFiltered(readFilter(new URLSearchParams('mine=1')))).toBe(true);
  });
});
