import { api } from './client';

/// How the gateway and the program around it are, as GET /gateway tells.
export interface Gateway {
  build: { version: string; compiler: string; boost: string; openssl: string };
  startedAt: string;
  /// Seconds.
  uptime: number;
  config: {
    file: string | null;
    readAt: string;
    reloads: number;
    lastReload: 'none' | 'taken' | 'refused';
    mistakes: { where: string; code: string; detail: string }[];
  };
  listeners: { port: string; address: string; tls: boolean; connections: number }[];
  certificates: { port: string; file: string; name: string; expiresAt: string }[];
  generation: { published: number | null; workers: number[] };
  memory: { residentBytes: number; bufferBytes: number };
  files: { open: number; limit: number };
  processRuntime: { limits: 'enforced' | 'advisory'; limitsBy: string; limitsDetail: string };
}

export const getGateway = (signal: AbortSignal) => api.get<Gateway>('/gateway', { signal });
