import type { Gateway } from '../../api/types';

export type CertificateState = 'good' | 'soon' | 'expired';

const day = 86_400_000;

/// A certificate is to be renewed in its last 30 days, as what renews them does.
export function certificateState(expiresAt: string, now: number): CertificateState {
  const left = Date.parse(expiresAt) - now;
  return left <= 0 ? 'expired' : left < 30 * day ? 'soon' : 'good';
}

export type GenerationState = 'none' | 'live' | 'behind';

/// Whether every worker serves what was published last.
export function generationState({ published, workers }: Gateway['generation']): GenerationState {
  if (published === null) return 'none';
  return workers.every((each) => each >= published) ? 'live' : 'behind';
}
