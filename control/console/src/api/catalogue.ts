import { api, path } from './client';
import type { Group, Image, InstanceType, PullSecret } from './types';

export const listGroups = () => api.all<Group>('/groups');
export const listInstanceTypes = () => api.all<InstanceType>('/instance-types');
export const listImages = () => api.all<Image>('/images');
export const getImage = (image: string) => api.get<Image>(path`/images/${image}`);
export const listPullSecrets = () => api.all<PullSecret>('/pull-secrets');
