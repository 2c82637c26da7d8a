import { describe, expect, it } from 'vitest';
import { certificateState, generationState } from './health';

describe('gateway', () => {
  it('warns of a certificate in its last 30 days', () => {
    const now = Date.parse('2026-03-01T00:00:00Z');
    expect(certificateState('2026-04-15T00:00:00Z', now)).toBe('good');
    expect(certificateState('2026-03-30T00:00:00Z', now)).toBe('soon');
    expect(certificateState('2026-03-01T00:00:00Z', now)).toBe('expired');
  });

  it('sees workers that are behind', () => {
    expect(generationState({ published: 7, workers: [7, 8] })).toBe('live');
    expect(generationState({ published: 7, workers: [7, 6] })).toBe('behind');
    expect(generationState({ published: null, workers: [] })).toBe('none');
  });
});
