import { computed, signal } from '@preact/signals';
import { whenSignedOut } from '../api/client';
import { ApiError } from '../api/problem';
import * as session from '../api/session';
import type { Account } from '../api/types';
import { isGuarded } from '../router/location';
import { freshTokens } from './fresh_tokens';
import { exampleDrafts } from './example_drafts';
import { holdLive, resumeLive, startLive, stopLive } from './live';

/// expired: it ended while something stood in a form that would be lost; the page stays, covered, and one signs in over it.
export type SessionState = 'unknown' | 'signedOut' | 'signedIn' | 'expired' | 'unreachable';
export const sessionState = signal<SessionState>('unknown');
export const me = signal<Account | null>(null);

/// The groups that the session is for, where it was made with a token of some groups only; null: for all of the person's.
export const tokenGroups = computed(() => me.value?.tokenGroups ?? null);
/// Of everything: within a token for some groups even a platform administrator administers these only.
export const isAdmin = computed(() => me.value?.role === 'admin' && tokenGroups.value === null);
/// Looking only: the session was made with a read-only token.
export const isReadOnly = computed(() => me.value?.readOnly === true);
/// What one comes with that may less than the person changes no users, passwords and tokens.
export const hasFullRights = computed(() => !isReadOnly.value && tokenGroups.value === null);

export function administers(group: string): boolean {
  if (tokenGroups.value?.includes(group) === false) return false;
  return me.value?.role === 'admin' || me.value?.groups.some((each) => each.name === group && each.role === 'admin') === true;
}

export async function loadMe(): Promise<void> {
  try {
    const found = await session.getMe();
    const isSame = sessionState.value === 'expired' && me.value?.name === found.name;
    if (!isSame) forget();
    me.value = found;
    sessionState.value = 'signedIn';
    if (isSame) resumeLive();
    else startLive();
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
  exampleDrafts.clear();
  stopLive();
  me.value = null;
  sessionState.value = 'signedOut';
}

export function startSession(): void {
  whenSignedOut(() => {
    if (sessionState.value !== 'signedIn') return;
    if (!isGuarded()) return forget();
    holdLive();
    sessionState.value = 'expired';
  });
  void loadMe();
}
