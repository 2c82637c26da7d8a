import { fetchRaw, path, queryText, type Query } from './client';

export interface LogSource {
  deployment: string;
  /// Empty: all of them, merged by time.
  replica: string;
  /// Of the instance before the last restart.
  previous: boolean;
}

/// Where in a log it is begun to read.
export interface LogStart {
  tail: number;
  since?: string;
}

function queryOf(source: LogSource): Query {
  return {
    timestamps: true,
    ...(source.replica ? { replica: source.replica } : {}),
    ...(source.previous ? { previous: true } : {}),
  };
}

const target = (source: LogSource) => path`/deployments/${source.deployment}/logs`;

/// The last `tail` lines, of those since a time (RFC 3339) if one is said, and then the end.
export function readLog(source: LogSource, from: LogStart, signal: AbortSignal): Promise<Response> {
  return fetchRaw('GET', target(source), { query: { ...queryOf(source), ...from }, signal });
}

/// The same, and then whatever comes.
export function followLog(source: LogSource, from: LogStart, signal: AbortSignal): Promise<Response> {
  return fetchRaw('GET', target(source), { query: { ...queryOf(source), ...from, follow: true }, signal });
}

/// Where the browser gets the whole file.
export function logDownload(source: LogSource): string {
  return '/api/v1' + target(source) + queryText({ ...queryOf(source), download: true });
}
