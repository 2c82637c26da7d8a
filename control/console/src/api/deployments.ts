import { api, path } from './client';
import type { Charts, Comparison, Deployment, DeploymentDraft, DeploymentPatch, Page, Rehearsal, ReplicaStatus, Revision } from './types';

export const listDeployments = () => api.all<Deployment>('/deployments');
export const getDeployment = (id: string) => api.get<Deployment>(path`/deployments/${id}`);

export const createDeployment = (draft: DeploymentDraft, idempotencyKey: string) =>
  api.post<Deployment>('/deployments', draft, { idempotencyKey });

export const rehearseCreate = (draft: DeploymentDraft, signal: AbortSignal) =>
  api.post<Rehearsal>('/deployments', draft, { query: { dryRun: true }, signal });

export const updateDeployment = (id: string, patch: DeploymentPatch, ifMatch: number) =>
  api.patch<Deployment>(path`/deployments/${id}`, patch, { ifMatch });

export const rehearseUpdate = (id: string, patch: DeploymentPatch, signal: AbortSignal) =>
  api.patch<Rehearsal>(path`/deployments/${id}`, patch, { query: { dryRun: true }, ifMatch: '*', signal });

export const deleteDeployment = (id: string, ifMatch: number | '*') => api.delete(path`/deployments/${id}`, { ifMatch });

export type Action = 'start' | 'stop' | 'restart';
export const act = (id: string, action: Action) => api.post<Deployment>(path`/deployments/${id}/${action}`, {});

export const rollback = (id: string, revision: number, updateMessage: string, ifMatch?: number) =>
  api.post<Deployment>(path`/deployments/${id}/rollback`, { revision, updateMessage }, ifMatch === undefined ? {} : { ifMatch });

export const isAvailable = (id: string, signal: AbortSignal) =>
  api.get<{ id: string; available: boolean; reason: string }>(path`/deployments/${id}/available`, { signal });

export const listHistory = (id: string, pageToken = '') =>
  api.get<Page<Revision>>(path`/deployments/${id}/history`, { query: { pageToken } });
export const getRevision = (id: string, revision: number) =>
  api.get<Revision>(path`/deployments/${id}/history/${String(revision)}`);
export const compareRevisions = (id: string, from: number, to: number) =>
  api.get<Comparison>(path`/deployments/${id}/history/${String(from)}/diff`, { query: { to } });

/// Every replica at once: this list has no pages, and the program refuses parameters that a route does not know.
export const listReplicas = async (id: string) => (await api.get<Page<ReplicaStatus>>(path`/deployments/${id}/replicas`)).items;
export const getCharts = (id: string, window: string, signal?: AbortSignal) =>
  api.get<Charts>(path`/deployments/${id}/metrics`, { query: { window }, ...(signal ? { signal } : {}) });
