import { expect, it } from 'vitest';
import type { DeploymentSpec, Revision } from '../../api/types';
import { heldFor, mergeRevisions, summarise } from './summary';

const spec: DeploymentSpec = {
  modelImage: 'demo/iris:1.0', external: null, modelURI: null, imagePullSecret: null, instanceType: 'small', replicas: 2,
  endpointAccessType: 'public', description: '', metadata: { team: 'ml', tier: '1' }, env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }],
  serving: {
    protocol: null, timeout: 60, maxBodyBytes: 1, concurrency: null, maxQueue: 64, queueTimeout: 10, idempotent: false, hedge: false,
    forwardAuthorization: false, allowUpgrade: false, exampleRequest: null, limits: null,
  },
  progressDeadline: 600, autoRollback: false, stop: false,
};

it('says in short what a revision changed', () => {
  expect(summarise(spec, structuredClone(spec))).toEqual([]);
  expect(summarise(spec, { ...spec, modelImage: 'demo/iris:2.0', replicas: 3 })).toEqual(['image demo/iris:1.0 → demo/iris:2.0', 'replicas 2 → 3']);
  expect(summarise(spec, { ...spec, stop: true, endpointAccessType: 'private' })).toEqual(['stopped', 'access public → private']);
  expect(summarise(spec, { ...spec, env: [{ name: 'B', value: '3' }, { name: 'C', value: '' }] })).toEqual(['env +C −A ~B']);
  expect(summarise(spec, { ...spec, metadata: {}, description: 'x', modelURI: 'phfs:///m' })).toEqual([
    'model URI none → phfs:///m', 'metadata −team −tier', 'description',
  ]);
  expect(summarise(spec, { ...spec, serving: { ...spec.serving, timeout: 5, exampleRequest: { a: [1] } } })).toEqual(['serving: timeout, exampleRequest']);
});

it('does not list every one of many variables', () => {
  const env = Array.from({ length: 9 }, (_, at) => ({ name: `V${at}`, value: '' }));
  expect(summarise({ ...spec, env: [] }, { ...spec, env })).toEqual(['env +V0 +V1 +V2 +V3 and 5 more']);
});

const revision = (number: number, minute = number): Revision => ({
  revision: number, updateMessage: '', createdAt: `2026-11-27T03:${String(minute).padStart(2, '0')}:00Z`, createdBy: 'ann', group: null, instanceType: null,
  clients: null, spec,
});

it('reckons how long a revision held', () => {
  expect(heldFor(revision(1), revision(2, 5))).toBe(240);
  expect(heldFor(revision(2), undefined)).toBeNull();
});

it('puts a new first page before what was loaded of older ones', () => {
  const numbers = (list: Revision[]) => list.map((each) => each.revision);
  expect(numbers(mergeRevisions([revision(5), revision(4)], [revision(4), revision(3), revision(2)]))).toEqual([5, 4, 3, 2]);
  expect(numbers(mergeRevisions([revision(1)], []))).toEqual([1]);
});
