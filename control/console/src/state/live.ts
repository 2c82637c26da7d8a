import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { listDeployments } from '../api/deployments';
import { listGroups, listInstanceTypes } from '../api/catalogue';
import { applyEvents, emptyPicture, type Kind, type Kinds, type Picture, type StreamEvent } from './collections';
import { EventStream } from './event_stream';

/// What there is, kept up to date by one stream of events for the whole tab. Pages read these signals and never poll for
/// what is in them.
const picture = signal<Picture>(emptyPicture);

/// connecting: nothing is known yet. live: what is shown is what is. reconnecting: the stream ended a moment ago.
/// stale: it has not come back for several tries; what is shown may be old.
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'stale';
export const liveState = signal<LiveState>('connecting');
/// When the last news or heartbeat came; milliseconds as of Date.now().
export const lastHeard = signal<number | null>(null);

const triesUntilStale = 3;

function collection<K extends Kind>(kind: K): ReadonlySignal<ReadonlyMap<string, Kinds[K]>> {
  return computed(() => picture.value.collections[kind] as ReadonlyMap<string, Kinds[K]>);
}

export const deployments = collection('deployment');
export const replicas = collection('replica');
export const groups = collection('group');
/// Of all deployments: the id is `<deployment>/<name>`.
export const clients = collection('client');
export const instanceTypes = collection('instanceType');
export const users = collection('user');
export const tokens = collection('token');

/// False until everything was told once: until then absent means not known.
export const isComplete = computed(() => picture.value.complete);

let stream: EventStream | null = null;

function onState(state: 'live' | 'reconnecting', failures: number): void {
  if (state === 'live') {
    lastHeard.value = Date.now();
    if (picture.value.complete) liveState.value = 'live';
    return;
  }
  liveState.value = failures >= triesUntilStale ? 'stale' : 'reconnecting';
  if (failures === triesUntilStale && !picture.value.complete) void refresh().catch(() => {});
}

export function startLive(): void {
  stopLive();
  stream = new EventStream({
    onEvents: (events) => (picture.value = applyEvents(picture.value, events)),
    onState,
  });
  stream.start();
}

export function stopLive(): void {
  stream?.stop();
  stream = null;
  picture.value = emptyPicture;
  liveState.value = 'connecting';
}

export function reconnectNow(): void {
  stream?.retryNow();
}

/// What an action's answer says, before the stream tells the same.
export function remember<K extends Kind>(kind: K, id: string, object: Kinds[K] | null): void {
  const event: StreamEvent = { event: object === null ? 'deleted' : 'modified', kind, id, object };
  picture.value = applyEvents(picture.value, [event]);
}

/// Asks for everything by REST; for the button, and where no stream can be had.
export async function refresh(): Promise<void> {
  reconnectNow();
  const [listed, listedGroups, types] = await Promise.all([listDeployments(), listGroups(), listInstanceTypes()]);
  const { collections } = picture.value;
  picture.value = {
    complete: true,
    arriving: null,
    collections: {
      ...collections,
      deployment: new Map(listed.map((each) => [each.id, each])),
      group: new Map(listedGroups.map((each) => [each.name, each])),
      instanceType: new Map(types.map((each) => [each.name, each])),
    },
  };
}

if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && liveState.value !== 'live') reconnectNow();
  });
  window.addEventListener('online', reconnectNow);
}
