import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../api/types';
import { documentOf, draftOf, emptyForm, formOf, hasInput, idMistake, patchOf, suggestId } from './form_state';

const deployment = {
  id: 'iris',
  name: 'Iris',
  group: 'demo',
  modelImage: 'demo/iris:1.0',
  external: null,
  modelURI: null,
  imagePullSecret: 'hub',
  instanceType: 'small',
  replicas: 2,
  endpointAccessType: 'private',
  description: 'two\nlines',
  metadata: { team: 'ml', gone: 'soon' },
  env: [{ name: 'A', value: '1' }],
  serving: {
    protocol: null, timeout: 60, maxBodyBytes: 1024, concurrency: null, maxQueue: 64, queueTimeout: 10, idempotent: false, hedge: false,
    forwardAuthorization: false, allowUpgrade: false, exampleRequest: { strData: 'x' }, limits: { requestsPerSecond: 5, burst: null, concurrent: null, perClient: null },
  },
  progressDeadline: 600,
  autoRollback: false,
  stop: false,
  updateMessage: 'first',
} as unknown as Deployment;

describe('patchOf', () => {
  const before = formOf(deployment);
  it('says nothing when nothing was changed', () => expect(patchOf(before, formOf(deployment))).toEqual({}));
  it('says what was changed, and null for what was taken away', () => {
    const after = {
      ...before,
      replicas: '3',
      usesPullSecret: false,
      metadata: [{ key: 'team', value: 'ml' }],
      env: [],
      serving: { ...before.serving, timeout: '', exampleRequest: '' },
      updateMessage: 'more',
    };
    expect(patchOf(before, after)).toEqual({
      replicas: 3,
      imagePullSecret: null,
      metadata: { gone: null },
      env: [],
      serving: { timeout: null, exampleRequest: null },
      updateMessage: 'more',
    });
  });
  it('lets the program refuse what is no number', () => expect(patchOf(before, { ...before, replicas: 'two' })).toEqual({ replicas: 'two' }));
  it('goes from an image to external replicas', () => {
    const patch = patchOf(before, { ...before, source: 'external', urls: 'http://a:1\n\n http://b:2 ' });
    expect(patch).toMatchObject({ modelImage: null, external: { urls: ['http://a:1', 'http://b:2'] }, replicas: null, instanceType: null, env: [] });
  });
});

describe('draftOf', () => {
  it('says what a person would', () => {
    const form = { ...emptyForm, name: ' Iris ', id: 'iris-1', group: 'demo', modelImage: 'a:1', instanceType: 'small', env: [{ key: '', value: '' }] };
    expect(draftOf(form)).toEqual({ name: 'Iris', id: 'iris-1', group: 'demo', modelImage: 'a:1', instanceType: 'small', replicas: 1, endpointAccessType: 'public' });
  });
  it('keeps every member that is set', () => {
    const whole = documentOf(formOf(deployment));
    expect(whole).toMatchObject({ replicas: 2, metadata: deployment.metadata, env: deployment.env, description: 'two\nlines' });
    expect(draftOf(formOf(deployment))).toMatchObject({ serving: { timeout: 60, limits: { requestsPerSecond: 5 } } });
  });
});

describe('ids', () => {
  it('follow the name', () => {
    expect(suggestId('My Model_1', 'db51c')).toBe('my-model-1-db51c');
    expect(suggestId('--', 'db51c')).toBe('');
    expect(idMistake(suggestId('x'.repeat(100), 'db51c'))).toBe('');
  });
  it('are refused as PrimeHub does', () => {
    expect(idMistake('')).toBe('Please input an ID');
    expect(idMistake('-a-')).toMatch(/^lower case alphanumeric/);
    expect(idMistake('iris-2')).toBe('');
  });
});

describe('what was put into an empty form', () => {
  it('is not what was chosen by itself', () => {
    expect(hasInput({ ...emptyForm, group: 'demo', instanceType: 'small', id: 'x-1ab2c' })).toBe(false);
  });
  it('is any field', () => {
    const { serving } = emptyForm;
    for (const change of [{ updateMessage: 'why' }, { urls: 'http://a' }, { ownId: true, id: 'mine' }, { modelURI: 'models:/x' }, { replicas: '2' }, { serving: { ...serving, exampleRequest: '{}' } }, { serving: { ...serving, limits: { ...serving.limits, burst: '3' } } }])
      expect(hasInput({ ...emptyForm, ...change })).toBe(true);
  });
});
