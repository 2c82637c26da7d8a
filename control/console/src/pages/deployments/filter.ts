import type { Deployment, Phase } from '../../api/types';

/// What of the list is shown: it stands in the address, so that it can be kept and sent.
export interface Filter {
  search: string;
  groups: readonly string[];
  status: Phase | '';
  mine: boolean;
  sort: Sort;
  page: number;
}

export const sorts = ['updated', 'name', 'status'] as const;
export type Sort = (typeof sorts)[number];
export const phases: readonly Phase[] = ['Deployed', 'Deploying', 'Failed', 'Stopping', 'Stopped'];
export const pageSize = 12;

export function readFilter(query: URLSearchParams): Filter {
  const status = query.get('status') ?? '';
  const sort = query.get('sort') ?? '';
  return {
    search: query.get('search') ?? '',
    groups: query.getAll('group'),
    status: phases.find((each) => each === status) ?? '',
    mine: query.get('mine') === '1',
    sort: sorts.find((each) => each === sort) ?? 'updated',
    page: Math.max(1, Number.parseInt(query.get('page') ?? '', 10) || 1),
  };
}

export function isFiltered(filter: Filter): boolean {
  return filter.search !== '' || filter.groups.length > 0 || filter.status !== '' || filter.mine;
}

/// Part of the id, the name, the image, or of `key=value` of the metadata, in any case. Every word has to be found.
export function matchesSearch(deployment: Deployment, search: string): boolean {
  const metadata = Object.entries(deployment.metadata).map(([key, value]) => `${key}=${value}`);
  const all = [deployment.id, deployment.name, deployment.modelImage ?? '', ...metadata].join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

export interface Listed {
  /// Of the page asked for.
  shown: Deployment[];
  /// Before the filter by status, so that each chip tells what it would show.
  counts: Record<Phase, number>;
  total: number;
  matching: number;
  page: number;
  pages: number;
}

const byUpdate = (a: Deployment, b: Deployment) => b.updatedAt.localeCompare(a.updatedAt) || a.id.localeCompare(b.id);
const urgency: Record<Phase, number> = { Failed: 0, Deploying: 1, Stopping: 2, Deployed: 3, Stopped: 4 };
const orders: Record<Sort, (a: Deployment, b: Deployment) => number> = {
  updated: byUpdate,
  name: (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || a.id.localeCompare(b.id),
  status: (a, b) => urgency[a.status.phase] - urgency[b.status.phase] || byUpdate(a, b),
};

/// `user`: who asks, for "mine".
export function applyFilter(all: Iterable<Deployment>, filter: Filter, user: string): Listed {
  const counts: Record<Phase, number> = { Deployed: 0, Deploying: 0, Failed: 0, Stopping: 0, Stopped: 0 };
  const matching: Deployment[] = [];
  let total = 0;
  for (const each of all) {
    if (filter.groups.length > 0 && !filter.groups.includes(each.group)) continue;
    if (filter.mine && each.createdBy !== user) continue;
    if (!matchesSearch(each, filter.search.trim())) continue;
    counts[each.status.phase] += 1;
    total += 1;
    if (filter.status === '' || filter.status === each.status.phase) matching.push(each);
  }
  matching.sort(orders[filter.sort]);
  const pages = Math.max(1, Math.ceil(matching.length / pageSize));
  const page = Math.min(filter.page, pages);
  return { shown: matching.slice((page - 1) * pageSize, page * pageSize), counts, total, matching: matching.length, page, pages };
}
