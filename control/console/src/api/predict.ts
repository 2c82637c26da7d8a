import { api, path } from './client';

export interface PredictionCall {
  body: string;
  contentType?: string;
  /// Below /deployment/<id>/.
  path?: string;
  /// Absent: it is the signed-in person's own request.
  client?: { name: string; token: string } | undefined;
}

/// What the deployment answered, through the gateway as for any application.
export interface PredictionReply {
  /// Null: no answer began.
  status: number | null;
  headers: { name: string; value: string }[];
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  /// Null: the gateway answered without asking one.
  replica: string | null;
  /// Why the gateway answered itself, or cut the answer.
  reason: string | null;
  error: string | null;
  /// Seconds.
  timing: { queue: number; connect: number; firstByte: number; total: number };
}

/// Milliseconds; the program ends it earlier, after timeouts.try_it.
const patience = 300_000;

export const predict = (id: string, call: PredictionCall, signal: AbortSignal) =>
  api.post<PredictionReply>(path`/deployments/${id}/predict`, call, { signal, timeout: patience });
