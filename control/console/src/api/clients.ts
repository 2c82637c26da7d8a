import { api, path } from './client';
import type { Client, ClientDraft, ClientPatch, CreatedClient, Rotation } from './types';

export const listClients = (deployment: string) => api.all<Client>(path`/deployments/${deployment}/clients`);

/// The token is in the answer to the first request with the key only.
export const addClient = (deployment: string, draft: ClientDraft, idempotencyKey: string) =>
  api.post<CreatedClient>(path`/deployments/${deployment}/clients`, draft, { idempotencyKey });

export const rotateClient = (deployment: string, name: string, rotation: Rotation, idempotencyKey: string) =>
  api.post<CreatedClient>(path`/deployments/${deployment}/clients/${name}/rotate`, rotation, { idempotencyKey });

export const updateClient = (deployment: string, name: string, patch: ClientPatch) =>
  api.patch<Client>(path`/deployments/${deployment}/clients/${name}`, patch);

export const deleteClient = (deployment: string, name: string) => api.delete(path`/deployments/${deployment}/clients/${name}`);
