import { computed, signal } from '@preact/signals';
import { whenSignedOut } from '../api/client';
import { ApiError } from '../api/problem';
import * as session from '../api/session';
import type { Account } from '../api/types';
import { freshTokens } from './fresh_tokens';
import { startLive, stopLive } from './live';

export type SessionState = 'unknown' | 'signedOut' | 'signedIn' | 'unreachable';
export const sessionState = signal<SessionState>('unknown');
export const me = signal<Account | null>(null);

export const isAdmin = computed(() => me.value?.role === 'admin');
/// Looking only: the session was made with a read-only token.
export const isReadOnly = computed(() => me.value?.readOnly === true);

export function administers(group: string): boolean {
  return isAdmin.value || me.value?.groups.some((each) => each.name === group && each.role === 'admin') === true;
}

export async function loadMe(): Promise<void> {
  try {
    me.value = await session.getMe();
    sessionState.value = 'signedIn';
    startLive();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) sessionState.value = 'signedOut';
    else sessionState.value = 'unreachable';
  }
}

export async function signIn(login: Parameters<typeof session.signIn>[0]): Promise<void> {
  await session.signIn(login);
  await loadMe();
}

export async function signOut(): Promise<void> {
  await session.signOut();
  forget();
}

function forget(): void {
  freshTokens.value = new Map();
  stopLive();
  me.value = null;
  sessionState.value = 'signedOut';
}

export function startSession(): void {
  whenSignedOut(() => {
    if (sessionState.value === 'signedIn') forget();
  });
  void loadMe();
}
