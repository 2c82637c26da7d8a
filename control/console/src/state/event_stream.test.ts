import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StreamEvent } from './collections';
import { EventStream } from './event_stream';

/// A program that answers each connection with the next of `script`, and writes down what it was asked.
function serve(script: (() => Response)[]) {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', (_: string, options: RequestInit) => {
    asked.push(new Headers(options.headers).get('Last-Event-ID'));
    const answer = script.shift()?.();
    if (!answer) return new Promise(() => {});
    options.signal?.addEventListener('abort', () => endings.get(answer)?.(options.signal!.reason));
    return Promise.resolve(answer);
  });
  return asked;
}

function text(body: string): Response {
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
}

/// One that stays open until it is given up.
const endings = new Map<Response, (reason: unknown) => void>();
function open(body: string): Response {
  let fail: (reason: unknown) => void = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body));
      fail = (reason) => controller.error(reason);
    },
  });
  const answer = new Response(stream);
  endings.set(answer, fail);
  return answer;
}

const snapshot = 'event: snapshot\ndata: {"kind":"deployment","id":"a","revision":1,"object":{}}\n\nid: p.1.r\nevent: snapshot\ndata: {"kind":"stream","id":"","revision":null,"object":{"objects":1}}\n\n';

let stream: EventStream;
let events: StreamEvent[];
let states: string[];

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  states = [];
  stream = new EventStream({ onEvents: (more) => events.push(...more), onState: (state, failures) => states.push(state + failures) });
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('begins with a reset, and goes on after the last event that it had', async () => {
  const asked = serve([() => text(snapshot), () => text('id: p.2.r\nevent: deleted\ndata: {"kind":"deployment","id":"a","revision":1,"object":null}\n\n')]);
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(events.map((each) => [each.event, each.kind])).toEqual([['reset', 'stream'], ['snapshot', 'deployment'], ['snapshot', 'stream']]);
  expect(states).toEqual(['live0', 'reconnecting1']);
  await vi.advanceTimersByTimeAsync(600);
  expect(asked.slice(0, 2)).toEqual([null, 'p.1.r']);  // and once more where the pause was drawn short
  expect(events.at(-1)).toMatchObject({ event: 'deleted', id: 'a' });
});

it('waits as long as the program asks', async () => {
  const asked = serve([() => new Response('{}', { status: 429, headers: { 'Retry-After': '7' } }), () => text(snapshot)]);
  stream.start();
  await vi.advanceTimersByTimeAsync(6900);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(2);
});

it('tries at once when it is told to', async () => {
  const asked = serve([() => new Response('{}', { status: 503, headers: { 'Retry-After': '60' } }), () => text(snapshot)]);
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  stream.retryNow();
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toHaveLength(2);
});

it('tries at once after an attempt that was under way when it was told to', async () => {
  let fail: () => void = () => {};
  const asked = serve([() => text(snapshot)]);
  const others = globalThis.fetch;
  let first = true;
  vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => {
    if (!first) return others(...call);
    first = false;
    return new Promise((_, reject) => (fail = () => reject(new TypeError('cut'))));
  });
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  stream.retryNow();
  fail();
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ event: 'snapshot', kind: 'stream' });
});

it('gives its connection up while it is paused, and goes on from where it was', async () => {
  const asked = serve([() => open(snapshot), () => text('id: p.2.r\nevent: deleted\ndata: {"kind":"deployment","id":"a","revision":1,"object":null}\n\n')]);
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  stream.pause();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(asked).toEqual([null]);
  expect(states).toEqual(['live0']);
  stream.resume();
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual([null, 'p.1.r']);
  expect(events.at(-1)).toMatchObject({ event: 'deleted', id: 'a' });
});

it('ends when nobody is signed in any more', async () => {
  const asked = serve([() => new Response('{}', { status: 401 }), () => text(snapshot)]);
  stream.start();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(asked).toHaveLength(1);
});

it('steps over what is no event', async () => {
  serve([() => text(': nothing new\n\nevent: added\ndata: {broken\n\n' + snapshot)]);
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(events).toHaveLength(3);
});

it('hears a snapshot to its end when it is paused in the middle of it', async () => {
  const half = snapshot.indexOf('id: p.1.r');
  let say: (text: string) => void = () => {};
  let isEnded = false;
  vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        say = (said) => controller.enqueue(new TextEncoder().encode(said));
        signal!.addEventListener('abort', () => {
          isEnded = true;
          controller.error(signal!.reason);
        });
      },
    });
    return Promise.resolve(new Response(body));
  });
  stream.start();
  stream.pause();
  await vi.advanceTimersByTimeAsync(2000);
  say(snapshot.slice(0, half));
  await vi.advanceTimersByTimeAsync(2000);
  expect(isEnded).toBe(false);
  say(snapshot.slice(half));
  await vi.advanceTimersByTimeAsync(200);
  expect([isEnded, events.at(-1)?.kind]).toEqual([false, 'stream']);
  await vi.advanceTimersByTimeAsync(200);
  expect([isEnded, states]).toEqual([true, ['live0', 'live0']]);
});
