import type { Deployment, DeploymentDraft, DeploymentPatch } from '../../api/types';
import type { KeyValue } from '../../lib/key_values';
import { mergePatch, type Json, type JsonObject } from '../../lib/merge_patch';

/// What stands in the form, as people type it: numbers and JSON are text until they are sent.
export interface FormState {
  group: string;
  name: string;
  id: string;
  /// The id was typed, and does not follow the name any more.
  ownId: boolean;
  source: 'image' | 'external';
  modelImage: string;
  modelURI: string;
  usesPullSecret: boolean;
  imagePullSecret: string;
  urls: string;
  file: string;
  healthPath: string;
  instanceType: string;
  replicas: string;
  isPrivate: boolean;
  description: string;
  updateMessage: string;
  metadata: KeyValue[];
  env: KeyValue[];
  stop: boolean;
  progressDeadline: string;
  autoRollback: boolean;
  serving: ServingState;
}

export interface ServingState {
  protocol: string;
  timeout: string;
  concurrency: string;
  maxQueue: string;
  queueTimeout: string;
  maxBodyBytes: string;
  idempotent: boolean;
  hedge: boolean;
  forwardAuthorization: boolean;
  allowUpgrade: boolean;
  exampleRequest: string;
  limits: LimitState;
  perClient: LimitState;
}

export interface LimitState {
  requestsPerSecond: string;
  burst: string;
  concurrent: string;
}

const noLimit: LimitState = { requestsPerSecond: '', burst: '', concurrent: '' };

export const emptyForm: FormState = {
  group: '',
  name: '',
  id: '',
  ownId: false,
  source: 'image',
  modelImage: '',
  modelURI: '',
  usesPullSecret: false,
  imagePullSecret: '',
  urls: '',
  file: '',
  healthPath: '',
  instanceType: '',
  replicas: '1',
  isPrivate: false,
  description: '',
  updateMessage: '',
  metadata: [],
  env: [],
  stop: false,
  progressDeadline: '',
  autoRollback: false,
  serving: {
    protocol: '',
    timeout: '',
    concurrency: '',
    maxQueue: '',
    queueTimeout: '',
    maxBodyBytes: '',
    idempotent: false,
    hedge: false,
    forwardAuthorization: false,
    allowUpgrade: false,
    exampleRequest: '',
    limits: noLimit,
    perClient: noLimit,
  },
};

/// Whether somebody put something into a form that began empty; what was chosen for him is not his.
export function hasInput(form: FormState): boolean {
  const { group, instanceType } = form;
  const begun: FormState = { ...emptyForm, group, instanceType, id: form.ownId ? '' : form.id };
  return JSON.stringify({ ...emptyForm, ...form }) !== JSON.stringify(begun);
}

const textOf = (value: number | null | undefined) => (value == null ? '' : String(value));

function limitOf(limit: { requestsPerSecond?: number | null; burst?: number | null; concurrent?: number | null } | null | undefined): LimitState {
  return { requestsPerSecond: textOf(limit?.requestsPerSecond), burst: textOf(limit?.burst), concurrent: textOf(limit?.concurrent) };
}

/// The form of a deployment as it is. The update message starts empty: it is of the change that is made now.
export function formOf(deployment: Deployment): FormState {
  const { serving, external } = deployment;
  return {
    group: deployment.group,
    name: deployment.name,
    id: deployment.id,
    ownId: true,
    source: external ? 'external' : 'image',
    modelImage: deployment.modelImage ?? '',
    modelURI: deployment.modelURI ?? '',
    usesPullSecret: deployment.imagePullSecret !== null,
    imagePullSecret: deployment.imagePullSecret ?? '',
    urls: external?.urls?.join('\n') ?? '',
    file: external?.file ?? '',
    healthPath: external?.healthPath ?? '',
    instanceType: deployment.instanceType ?? '',
    replicas: textOf(deployment.replicas) || '1',
    isPrivate: deployment.endpointAccessType === 'private',
    description: deployment.description,
    updateMessage: '',
    metadata: Object.entries(deployment.metadata).map(([key, value]) => ({ key, value })),
    env: deployment.env.map(({ name, value }) => ({ key: name, value })),
    stop: deployment.stop,
    progressDeadline: textOf(deployment.progressDeadline),
    autoRollback: deployment.autoRollback,
    serving: {
      protocol: serving.protocol ?? '',
      timeout: textOf(serving.timeout),
      concurrency: textOf(serving.concurrency),
      maxQueue: textOf(serving.maxQueue),
      queueTimeout: textOf(serving.queueTimeout),
      maxBodyBytes: textOf(serving.maxBodyBytes),
      idempotent: serving.idempotent,
      hedge: serving.hedge,
      forwardAuthorization: serving.forwardAuthorization,
      allowUpgrade: serving.allowUpgrade,
      exampleRequest: serving.exampleRequest == null ? '' : JSON.stringify(serving.exampleRequest, null, 2),
      limits: limitOf(serving.limits),
      perClient: limitOf(serving.limits?.perClient),
    },
  };
}

/// A number where it is one; other text goes to the program as it is, which says what is wrong with it and where.
function numberOf(text: string): Json {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

function jsonOf(text: string): Json {
  try {
    return text.trim() === '' ? null : (JSON.parse(text) as Json);
  } catch {
    return text;
  }
}

function limitDocument(limit: LimitState): JsonObject | null {
  const document: JsonObject = {
    requestsPerSecond: numberOf(limit.requestsPerSecond),
    burst: numberOf(limit.burst),
    concurrent: numberOf(limit.concurrent),
  };
  return Object.values(document).every((each) => each === null) ? null : document;
}

function servingDocument(serving: ServingState, isPrivate: boolean): JsonObject {
  const own = limitDocument(serving.limits);
  const perClient = isPrivate ? limitDocument(serving.perClient) : null;
  return {
    protocol: serving.protocol || null,
    timeout: numberOf(serving.timeout),
    concurrency: numberOf(serving.concurrency),
    maxQueue: numberOf(serving.maxQueue),
    queueTimeout: numberOf(serving.queueTimeout),
    maxBodyBytes: numberOf(serving.maxBodyBytes),
    idempotent: serving.idempotent,
    hedge: serving.hedge,
    forwardAuthorization: serving.forwardAuthorization,
    allowUpgrade: serving.allowUpgrade,
    exampleRequest: jsonOf(serving.exampleRequest),
    limits: own || perClient ? { ...(own ?? {}), ...(perClient ? { perClient } : {}) } : null,
  };
}

/// Rows that count: those with a name or a value. The program's pointers into a list count these.
export function filledRows(rows: readonly KeyValue[]): { row: KeyValue; index: number }[] {
  return rows.map((row, index) => ({ row, index })).filter(({ row }) => row.key.trim() !== '' || row.value !== '');
}

/// The whole document, every member said.
export function documentOf(form: FormState): JsonObject {
  const isExternal = form.source === 'external';
  const urls = form.urls.split('\n').map((each) => each.trim()).filter(Boolean);
  return {
    id: form.id || null,
    name: form.name.trim(),
    group: form.group,
    modelImage: isExternal ? null : form.modelImage.trim() || null,
    external: isExternal ? { ...(form.file ? { file: form.file.trim() } : { urls }), healthPath: form.healthPath.trim() || null } : null,
    modelURI: isExternal ? null : form.modelURI.trim() || null,
    imagePullSecret: isExternal || !form.usesPullSecret ? null : form.imagePullSecret || null,
    instanceType: isExternal ? null : form.instanceType || null,
    replicas: isExternal ? null : numberOf(form.replicas),
    endpointAccessType: form.isPrivate ? 'private' : 'public',
    description: form.description,
    metadata: Object.fromEntries(filledRows(form.metadata).map(({ row }) => [row.key.trim(), row.value])),
    env: isExternal ? [] : filledRows(form.env).map(({ row }) => ({ name: row.key.trim(), value: row.value })),
    serving: servingDocument(form.serving, form.isPrivate),
    progressDeadline: numberOf(form.progressDeadline),
    autoRollback: form.autoRollback,
    stop: form.stop,
    updateMessage: form.updateMessage,
  };
}

/// For creating: what was left as it is goes unsaid, so that it reads as a person would write it.
export function draftOf(form: FormState): DeploymentDraft {
  const whole = documentOf(form);
  const draft = mergePatch(documentOf(emptyForm), whole);
  if (whole['replicas'] !== null) draft['replicas'] = whole['replicas'] ?? null;
  draft['endpointAccessType'] = whole['endpointAccessType'] ?? null;
  return { name: form.name.trim(), group: form.group, ...draft } as unknown as DeploymentDraft;
}

/// For updating: only what differs, so that what somebody else changes meanwhile is not taken back.
export function patchOf(before: FormState, after: FormState): DeploymentPatch {
  return mergePatch(documentOf(before), documentOf(after)) as unknown as DeploymentPatch;
}

/// PrimeHub's: the name in lower case, what is no letter or digit a hyphen, and five random characters.
export function suggestId(name: string, suffix: string): string {
  const base = name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 57)
    .replace(/-+$/, '');
  return base === '' ? '' : `${base}-${suffix}`;
}

export function randomSuffix(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => letters[byte % letters.length]).join('');
}

const idPattern = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/// What PrimeHub says of an id before the program is asked; empty when nothing.
export function idMistake(id: string): string {
  if (id === '') return 'Please input an ID';
  return idPattern.test(id) ? '' : "lower case alphanumeric characters, '-', and must start and end with an alphanumeric character.";
}
