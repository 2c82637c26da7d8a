import { api, path } from './client';
import type { Account, CreatedToken, Token, TokenDraft, User, UserDraft, UserPatch } from './types';

export const createUser = (draft: UserDraft) => api.post<User>('/users', draft);
export const getUser = (name: string) => api.get<Account>(path`/users/${name}`);
export const patchUser = (name: string, patch: UserPatch) => api.patch<Account>(path`/users/${name}`, patch);
export const deleteUser = (name: string) => api.delete(path`/users/${name}`);

export const createToken = (draft: TokenDraft) => api.post<CreatedToken>('/tokens', draft);
export const deleteToken = (id: Token['id']) => api.delete(path`/tokens/${id}`);
