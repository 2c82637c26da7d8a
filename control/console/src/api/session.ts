import { api } from './client';
import type { Account } from './types';

export const getMe = () => api.get<Account>('/me');
export const signIn = (login: { name: string; password: string } | { token: string }) =>
  api.post<{ user: string; expiresAt: string }>('/session', login);
export const signOut = () => api.delete('/session');
