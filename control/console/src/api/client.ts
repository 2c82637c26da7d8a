import { ApiError } from './problem';
import type { Page, Problem } from './types';

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  /// The revision that the change is for; `*` for whatever is there.
  ifMatch?: number | '*';
  /// The same request again with the same key is done once only.
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /// Milliseconds until the call is given up; 30 s if not said.
  timeout?: number;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const patience = 30_000;

let onSignedOut: () => void = () => {};

/// `handler` is called whenever the program says that nobody is signed in.
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export function queryText(query: Query = {}): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const each of Array.isArray(value) ? value : [value]) text.append(name, String(each));
  }
  const joined = text.toString();
  return joined === '' ? '' : '?' + joined;
}

/// A path under /api/v1 with its variable parts escaped: path`/deployments/${id}/stop`.
export function path(fixed: TemplateStringsArray, ...parts: string[]): string {
  return fixed.reduce((text, each, index) => text + each + encodeURIComponent(parts[index] ?? ''), '').replace(/%3A/g, ':');
}

function fieldsOf(call: Call): Record<string, string> {
  const fields: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  if (call.body !== undefined) fields['Content-Type'] = 'application/json';
  if (call.ifMatch !== undefined) fields['If-Match'] = call.ifMatch === '*' ? '*' : `"${call.ifMatch}"`;
  if (call.idempotencyKey) fields['Idempotency-Key'] = call.idempotencyKey;
  return { ...fields, ...call.headers };
}

async function problemOf(answer: Response): Promise<ApiError> {
  let problem: Partial<Problem> = {};
  try {
    problem = (await answer.json()) as Partial<Problem>;
  } catch {
    problem = { title: answer.statusText };
  }
  const wait = Number(answer.headers.get('Retry-After'));
  return new ApiError(answer.status, problem, wait > 0 ? wait : undefined);
}

/// The raw answer, for those who read it piece by piece; a refusal is thrown as ApiError.
export async function fetchRaw(method: Method, target: string, call: Call = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch('/api/v1' + target + queryText(call.query), {
      method,
      headers: fieldsOf(call),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      credentials: 'same-origin',
      cache: 'no-store',
      ...(call.signal ? { signal: call.signal } : {}),
    });
  } catch (error) {
    if (call.signal?.aborted && !isTimeout(call.signal)) throw error;
    throw new ApiError(0, { detail: 'No answer from the program: is it running, and is the network up?' });
  }
  if (answer.ok) return answer;
  if (answer.status === 401 && target !== '/session') onSignedOut();
  throw await problemOf(answer);
}

function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}

async function request<T>(method: Method, target: string, call: Call = {}): Promise<T> {
  const deadline = AbortSignal.timeout(call.timeout ?? patience);
  const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
  const answer = await fetchRaw(method, target, { ...call, signal });
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const api = {
  get: <T>(target: string, call?: Call) => request<T>('GET', target, call),
  post: <T>(target: string, body?: unknown, call?: Call) => request<T>('POST', target, { ...call, body }),
  put: <T>(target: string, body: unknown, call?: Call) => request<T>('PUT', target, { ...call, body }),
  patch: <T>(target: string, body: unknown, call?: Call) => request<T>('PATCH', target, { ...call, body }),
  delete: <T = void>(target: string, call?: Call) => request<T>('DELETE', target, call),

  /// Every page of a list, up to `most` items.
  async all<T>(target: string, call: Call = {}, most = 5000): Promise<T[]> {
    const items: T[] = [];
    let pageToken = '';
    do {
      const query: Query = { pageSize: 500, ...call.query, ...(pageToken ? { pageToken } : {}) };
      const page = await request<Page<T>>('GET', target, { ...call, query });
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && items.length < most);
    return items;
  },
};

/// A key for `idempotencyKey`: one for each thing that a person wants done, however often it is tried.
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
