import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaStatus } from '../../api/types';
import { followTimeline, generationsOf, isMoving, secondsIn } from './rollout';

const at = (second: number) => Date.parse('2026-01-01T00:00:00Z') + second * 1000;
const replica = (name: string, revision: number, phase: ReplicaStatus['phase'], second: number, reason = '') =>
  ({ name, revision, phase, reason, since: new Date(at(second)).toISOString() }) as ReplicaStatus;
const deployment = (revision: number, phase: Deployment['status']['phase'], replicas: ReplicaStatus[]) => ({ revision, status: { phase, replicas } }) as Deployment;

describe('a rollout', () => {
  it('is told as it was seen', () => {
    let timeline = followTimeline(new Map(), [replica('b', 2, 'Starting', 10)], at(11));
    timeline = followTimeline(timeline, [replica('b', 2, 'Starting', 10, 'it is not ready yet: 503')], at(13));
    timeline = followTimeline(timeline, [replica('b', 2, 'Ready', 20)], at(21));
    const [generation] = generationsOf(deployment(2, 'Deploying', [replica('b', 2, 'Ready', 20)]), timeline);
    const progress = generation!.replicas[0]!;
    expect(secondsIn(progress, 'starting', at(30))).toBe(3);
    expect(secondsIn(progress, 'loading model', at(30))).toBe(7);
    expect(secondsIn(progress, 'serving', at(30))).toBe(10);
  });
  it('does not tell what was not seen', () => {
    const timeline = followTimeline(new Map(), [replica('a', 1, 'Ready', 5)], at(100));
    const [generation] = generationsOf(deployment(1, 'Deployed', [replica('a', 1, 'Ready', 5)]), timeline);
    expect(secondsIn(generation!.replicas[0]!, 'starting', at(100))).toBeNull();
    expect(secondsIn(generation!.replicas[0]!, 'serving', at(100))).toBe(95);
  });
  it('puts what comes before what goes', () => {
    const list = generationsOf(deployment(2, 'Deploying', [replica('a', 1, 'Draining', 0), replica('b', 2, 'Starting', 0)]), new Map());
    expect(list.map((each) => [each.revision, each.isCurrent, each.replicas[0]!.step])).toEqual([
      [2, true, 'starting'],
      [1, false, null],
    ]);
  });
  it('is over when all serve', () => {
    expect(isMoving(deployment(1, 'Deployed', [replica('a', 1, 'Ready', 0)]))).toBe(false);
    expect(isMoving(deployment(2, 'Deployed', [replica('a', 1, 'Draining', 0), replica('b', 2, 'Ready', 0)]))).toBe(true);
    expect(isMoving(deployment(1, 'Failed', []))).toBe(true);
    expect(isMoving(deployment(1, 'Stopped', []))).toBe(false);
  });
});
