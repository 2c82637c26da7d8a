import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { listDeployments } from '../api/deployments';
import { listGroups, listInstanceTypes } from '../api/catalogue';
import { attention, isListening, onChange } from './attention';
import { applyEvents, emptyPicture, type Kind, type Kinds, type Picture, type StreamEvent } from './collections';
import { EventStream } from './event_stream';

/// What there is, kept up to date by one stream of events for the whole tab. Pages read these signals and never poll for
/// what is in them.
const picture = signal<Picture>(emptyPicture);

/// connecting: nothing is known yet. live: what is shown is what is. reconnecting: the stream ended a moment ago.
/// stale: it has not come back for several tries; what is shown may be old. resuming: nobody looked at the tab for a while, and
/// what happened meanwhile is being told.
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'resuming';
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
  // The program may answer though it gives no stream: too many listen already, or something between cuts long answers.
  if (failures >= triesUntilStale) fetchAll().catch(() => {});
}

/// Those who wait for a whole snapshot.
let waiting: (() => void)[] = [];

function onEvents(events: StreamEvent[]): void {
  picture.value = applyEvents(picture.value, events);
  if (!events.some((each) => each.event === 'snapshot' && each.kind === 'stream')) return;
  for (const done of waiting) done();
  waiting = [];
}

function listenAnew(): void {
  stream?.stop();
  stream = new EventStream({ onEvents, onState });
  stream.start();
  if (!isListening.peek()) stream.pause();
}

export function startLive(): void {
  stopLive();
  listenAnew();
}

/// What is known stays, as of now.
export function holdLive(): void {
  stream?.stop();
  stream = null;
}

export function resumeLive(): void {
  listenAnew();
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

/// What an action's answer says, before the stream tells the same. Of a deployment whose revision is known already, the
/// stream has told more than the answer, which was written earlier.
export function remember<K extends Kind>(kind: K, id: string, object: Kinds[K] | null): void {
  const known = kind === 'deployment' ? deployments.value.get(id) : undefined;
  if (known && object && known.revision >= (object as Kinds['deployment']).revision) return;
  const event: StreamEvent = { event: object === null ? 'deleted' : 'modified', kind, id, object };
  picture.value = applyEvents(picture.value, [event]);
}

const snapshotPatience = 5000;

/// For the button: has everything told anew. By the stream, so that no older answer is laid over newer events; by REST
/// where the stream does not come.
export async function refresh(): Promise<void> {
  const told = new Promise<boolean>((resolve) => {
    waiting.push(() => resolve(true));
    setTimeout(() => resolve(false), snapshotPatience);
  });
  listenAnew();
  if (!(await told)) await fetchAll();
}

async function fetchAll(): Promise<void> {
  const [listed, listedGroups, types] = await Promise.all([listDeployments(), listGroups(), listInstanceTypes()]);
  lastHeard.value = Date.now();
  const { collections } = picture.value;
  picture.value = {
    complete: true,
    arriving: picture.value.arriving,
    collections: {
      ...collections,
      deployment: new Map(listed.map((each) => [each.id, each])),
      group: new Map(listedGroups.map((each) => [each.name, each])),
      instanceType: new Map(types.map((each) => [each.name, each])),
    },
  };
}

onChange(isListening, (listening) => {
  if (!stream) return;
  if (listening && liveState.peek() === 'live' && attention.peek() !== 'sharing') liveState.value = 'resuming';
  if (listening) stream.resume();
  else stream.pause();
});

if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && liveState.value !== 'live') reconnectNow();
  });
  window.addEventListener('online', reconnectNow);
}
