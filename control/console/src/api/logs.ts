import { fetchRaw, path, queryText, type Query } from './client';

export interface LogSource {
  deployment: string;
  /// Empty: all of them, merged by time.
  replica: string;
  /// Of the instance before the last restart.
  previous: boolean;
}

function queryOf(source: LogSource): Query {
  return {
    timestamps: true,
    ...(source.replica ? { replica: source.replica } : {}),
    ...(source.previous ? { previous: true } : {}),
  };
}

const target = (source: LogSource) => path`/deployments/${source.deployment}/logs`;

/// The last `tail` lines, at once and whole.
export async function readLog(source: LogSource, tail: number, signal: AbortSignal): Promise<string> {
  return (await fetchRaw('GET', target(source), { query: { ...queryOf(source), tail }, signal })).text();
}

/// The last `tail` lines, or all of them since a time (RFC 3339), and then whatever comes.
export function followLog(source: LogSource, from: { tail: number } | { since: string }, signal: AbortSignal): Promise<Response> {
  const start: Query = 'since' in from ? { since: from.since, tail: 'all' } : { tail: from.tail };
  return fetchRaw('GET', target(source), { query: { ...queryOf(source), ...start, ...(source.previous ? {} : { follow: true }) }, signal });
}

/// Where the browser gets the whole file.
export function logDownload(source: LogSource): string {
  return '/api/v1' + target(source) + queryText({ ...queryOf(source), download: true });
}
