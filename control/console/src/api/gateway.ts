import { api } from './client';
import type { components } from './openapi';

/// How the gateway and the program around it are.
export type Gateway = components['schemas']['Gateway'];

export const getGateway = (signal: AbortSignal) => api.get<Gateway>('/gateway', { signal });
