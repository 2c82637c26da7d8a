import type { Change, Problem, QuotaLine } from './types';

export interface FieldError {
  /// JSON pointer into the document that was sent, such as `/env/0/name`.
  pointer: string;
  code: string;
  detail: string;
}

/// Why a call to the program did not do what was asked.
///
/// `status` is 0 when no answer came. `message` is for people: what is wrong and what to do.
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  readonly quota: readonly QuotaLine[];
  readonly requestId: string;
  /// 412: the revision that is there, who made it, and what it changed.
  readonly current: number | undefined;
  readonly changedBy: string | undefined;
  readonly changes: readonly Change[];
  /// Seconds, from Retry-After.
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter?: number) {
    super(problem.detail || problem.title || `the program answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? (status === 0 ? 'UNREACHABLE' : 'UNKNOWN');
    this.fields = problem.errors ?? [];
    this.quota = problem.quota ?? [];
    this.requestId = problem.instance ?? '';
    this.current = problem.current;
    this.changedBy = problem.changedBy;
    this.changes = problem.changes ?? [];
    this.retryAfter = retryAfter;
  }
}

/// PrimeHub's titles by code, else the problem's own words.
export function titleOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something wrong... :(';
  switch (error.code) {
    case 'EXCEED_QUOTA':
      return 'Exceed Quota';
    case 'NOT_AUTH':
      return 'Forbidden :(';
    case 'RESOURCE_CONFLICT':
      return 'Conflict Error';
    case 'RESOURCE_NOT_FOUND':
      return 'Not Found';
    case 'UNREACHABLE':
      return 'The program cannot be reached';
    default:
      return 'Something wrong... :(';
  }
}

export function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/// The errors that belong to `pointer` or to something below it.
export function errorsAt(fields: readonly FieldError[], pointer: string): string[] {
  return fields
    .filter((each) => each.pointer === pointer || each.pointer.startsWith(pointer + '/'))
    .map((each) => each.detail);
}
