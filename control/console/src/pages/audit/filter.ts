import type { AuditFilter } from '../../api/administration';

export const results = [
  { value: 'done', text: 'Done' },
  { value: 'refused', text: 'Refused' },
  { value: 'failed', text: 'Failed' },
  { value: 'unknown', text: 'Unknown' },
] as const;

/// What of the audit trail is shown: it stands in the address. Times are UTC, as the trail's are, to the minute.
export function readAuditFilter(query: URLSearchParams): AuditFilter {
  const result = query.get('result');
  return {
    user: (query.get('user') ?? '').trim(),
    resource: (query.get('resource') ?? '').trim(),
    result: results.find((each) => each.value === result)?.value ?? '',
    since: timeOf(query.get('since')),
    until: timeOf(query.get('until')),
  };
}

/// `2026-01-31T08:15` of a field for a time, as RFC 3339; nothing where it is none.
function timeOf(text: string | null): string {
  const whole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text ?? '') ? `${text}:00Z` : '';
  return Number.isNaN(Date.parse(whole)) ? '' : whole;
}

const pages: Record<string, string> = { deployments: '/deployments/', groups: '/groups/', users: '/users/' };

/// What was done to the thing, beyond what the method says, such as `restart`; empty where that says it all.
export function actionOf({ path, resource }: { path: string; resource: string }): string {
  const [plain = ''] = path.split('?');
  const at = resource === '' ? -1 : plain.indexOf(`/${resource}/`);
  return at < 0 ? '' : plain.slice(at + resource.length + 2);
}

/// The page of the thing that an event is about; null where it has none of its own.
export function pageOf(resource: string): string | null {
  const [kind = '', name] = resource.split('/');
  const page = pages[kind];
  return page && name ? page + encodeURIComponent(name) : null;
}
