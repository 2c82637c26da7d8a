import { describe, expect, it } from 'vitest';
import { applyEvents, emptyPicture, type StreamEvent } from './collections';

const event = (name: string, id: string, object: unknown = { id }): StreamEvent => ({ event: name, kind: 'deployment', id, object });
const whole: StreamEvent = { event: 'snapshot', kind: 'stream', id: '', object: { objects: 1 } };
const reset: StreamEvent = { event: 'reset', kind: 'stream', id: '', object: null };
const ids = (picture: typeof emptyPicture) => [...picture.collections.deployment.keys()];

describe('applyEvents', () => {
  it('shows a snapshot when it is whole', () => {
    const half = applyEvents(emptyPicture, [event('snapshot', 'a'), event('snapshot', 'b')]);
    expect(ids(half)).toEqual([]);
    expect(half.complete).toBe(false);
    const all = applyEvents(half, [whole]);
    expect(ids(all)).toEqual(['a', 'b']);
    expect(all.complete).toBe(true);
  });
  it('adds, changes and takes away', () => {
    const start = applyEvents(emptyPicture, [event('snapshot', 'a'), whole]);
    const end = applyEvents(start, [event('added', 'b'), event('modified', 'a', { id: 'a', x: 1 }), event('deleted', 'b', null)]);
    expect(ids(end)).toEqual(['a']);
    expect(end.collections.deployment.get('a')).toEqual({ id: 'a', x: 1 });
    expect(ids(start)).toEqual(['a']);
  });
  it('keeps what is shown until the snapshot after a reset is whole', () => {
    const start = applyEvents(emptyPicture, [event('snapshot', 'a'), whole]);
    const during = applyEvents(start, [reset, event('snapshot', 'b')]);
    expect(ids(during)).toEqual(['a']);
    expect(during.complete).toBe(true);
    expect(ids(applyEvents(during, [whole]))).toEqual(['b']);
  });
  it('forgets a snapshot that was broken off', () => {
    const broken = applyEvents(emptyPicture, [reset, event('snapshot', 'a')]);
    expect(ids(applyEvents(broken, [reset, event('snapshot', 'b'), whole]))).toEqual(['b']);
  });
  it('is not troubled by kinds and events that it does not know', () => {
    const odd = { event: 'added', kind: 'comet', id: 'x', object: {} } as unknown as StreamEvent;
    expect(applyEvents(emptyPicture, [odd, event('renamed', 'a')])).toEqual(emptyPicture);
  });
});
