import { api } from './client';
import type { Gateway } from './types';

export const getGateway = (signal: AbortSignal) => api.get<Gateway>('/gateway', { signal });
