import { api, path } from './client';
import type { PredictionCall, PredictionReply } from './types';

/// Milliseconds; the program ends it earlier, after timeouts.try_it.
const patience = 300_000;

export const predict = (id: string, call: PredictionCall, signal: AbortSignal) =>
  api.post<PredictionReply>(path`/deployments/${id}/predict`, call, { signal, timeout: patience });
