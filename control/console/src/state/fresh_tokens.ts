import { signal } from '@preact/signals';

/// Tokens of clients that were made in this tab a moment ago, by deployment: the examples show them, as long as the tab
/// is open. They are kept in memory only.
export interface FreshToken {
  client: string;
  token: string;
}

export const freshTokens = signal<ReadonlyMap<string, FreshToken>>(new Map());

export function keepFreshToken(deployment: string, fresh: FreshToken): void {
  freshTokens.value = new Map(freshTokens.value).set(deployment, fresh);
}

/// After the client was deleted, or got another token elsewhere.
export function forgetFreshToken(deployment: string, client: string): void {
  if (freshTokens.value.get(deployment)?.client !== client) return;
  const kept = new Map(freshTokens.value);
  kept.delete(deployment);
  freshTokens.value = kept;
}
