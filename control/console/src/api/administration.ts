import { api, path } from './client';
import type {
  AuditEvent,
  Group,
  GroupDraft,
  GroupPatch,
  InstanceType,
  InstanceTypeDraft,
  InstanceTypePatch,
  Page,
  PullSecret,
  PullSecretDraft,
  PullSecretPatch,
} from './types';

export const createGroup = (draft: GroupDraft) => api.post<Group>('/groups', draft);
export const patchGroup = (name: string, patch: GroupPatch) => api.patch<Group>(path`/groups/${name}`, patch);
/// With `deployments`, the ids of all that it has: they are deleted with it.
export const deleteGroup = (name: string, deployments: readonly string[]) => api.delete(path`/groups/${name}`, { query: { confirm: deployments.join(',') } });

export const createInstanceType = (draft: InstanceTypeDraft) => api.post<InstanceType>('/instance-types', draft);
export const patchInstanceType = (name: string, patch: InstanceTypePatch) => api.patch<InstanceType>(path`/instance-types/${name}`, patch);
export const deleteInstanceType = (name: string) => api.delete(path`/instance-types/${name}`);

export const createPullSecret = (draft: PullSecretDraft) => api.post<PullSecret>('/pull-secrets', draft);
export const patchPullSecret = (name: string, patch: PullSecretPatch) => api.patch<PullSecret>(path`/pull-secrets/${name}`, patch);
export const deletePullSecret = (name: string) => api.delete(path`/pull-secrets/${name}`);
export const rotateSecretKey = () => api.post<{ pullSecrets: number }>('/secret-key/rotate');

export interface AuditFilter {
  user: string;
  resource: string;
  result: string;
  since: string;
  until: string;
}
export const listAuditEvents = (filter: AuditFilter, pageToken: string, signal: AbortSignal) =>
  api.get<Page<AuditEvent>>('/audit-events', { query: { ...filter, pageToken }, signal });
