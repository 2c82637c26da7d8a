import { describe, expect, it } from 'vitest';
import type { Deployment, InstanceType } from '../../api/types';
import { holdersOf, quotaLines } from './holders';

const types = new Map([['small', { cpu: 0.1, memoryGiB: 0.25, gpu: 0 } as InstanceType]]);
const deployment = (id: string, more: Partial<Deployment>) =>
  ({ id, group: 'research', instanceType: 'small', replicas: 3, stop: false, external: null, ...more }) as Deployment;

describe('holders', () => {
  it('are those of the group that are not stopped, the largest first', () => {
    const all = [
      deployment('a', {}),
      deployment('b', { replicas: 7 }),
      deployment('stopped', { stop: true }),
      deployment('elsewhere', { group: 'other' }),
    ];
    expect(holdersOf('research', all, types).map(({ deployment: { id }, cpu, memoryGiB }) => [id, cpu, memoryGiB])).toEqual([
      ['b', 0.7, 1.75],
      ['a', 0.3, 0.75],
    ]);
  });

  it('hold nothing where somebody else runs the replicas, and an unknown amount with an unknown type', () => {
    const outside = deployment('outside', { external: { urls: ['http://h'] }, replicas: null, instanceType: null });
    expect(holdersOf('research', [outside, deployment('odd', { instanceType: 'gone' })], types).map(({ cpu }) => cpu)).toEqual([null, 0]);
  });

  it('give the quota line by line', () => {
    const lines = quotaLines({ quota: { cpu: 4, memoryGiB: null, gpu: 0 }, usage: { cpu: 1, memoryGiB: 2, gpu: 0, deployments: 3 }, maxDeploy: 5 });
    expect(lines.map(({ resource, used, limit }) => [resource, used, limit])).toEqual([
      ['cpu', 1, 4],
      ['memory', 2, null],
      ['gpu', 0, 0],
      ['deployments', 3, 5],
    ]);
  });
});
