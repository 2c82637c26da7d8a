import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { fetchRaw } from '../api/client';
import { ApiError } from '../api/problem';
import { delayOf } from './backoff';
import type { StreamEvent } from './collections';

/// One connection to GET /events, made again whenever it ends, from where it was.
///
/// fetch and not EventSource: the status of a refusal tells what to do (401: sign in, 429: wait as long as is asked),
/// and Last-Event-ID goes along when the connection is made anew, too.
export interface StreamHandler {
  onEvents(events: StreamEvent[]): void;
  /// `live`: what is shown is what is; `reconnecting`: the connection was lost a moment ago.
  onState(state: 'live' | 'reconnecting', failures: number): void;
}

/// The program sends a heartbeat every 15 s: silence of three of them is a dead connection.
const longestSilence = 50_000;
/// What was missed comes with the first bytes of an answer, or so soon after them.
const settling = 300;

export class EventStream {
  #handler: StreamHandler;
  #stopping = new AbortController();
  #wake: () => void = () => {};
  #lastId = '';
  #failures = 0;
  #isEager = false;
  #isPaused = false;
  #connection: AbortController | null = null;
  /// Of the connection: it has told something, and no snapshot is half told.
  #isCaughtUp = false;
  #settled: ReturnType<typeof setTimeout> | undefined;

  constructor(handler: StreamHandler) {
    this.#handler = handler;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake();
  }

  /// Tries again at once, for instance because the machine came back from sleep; where an attempt is under way and fails,
  /// after it.
  retryNow(): void {
    this.#isEager = true;
    this.#wake();
  }

  /// Ends the connection, and makes none until `resume`. One that has not told yet what was missed tells that first: on a slow
  /// line, or behind others' connections, it would be ended every time before it could.
  pause(): void {
    this.#isPaused = true;
    if (this.#isCaughtUp) this.#connection?.abort();
    this.#wake();
  }

  /// From where it was.
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    clearTimeout(this.#settled);
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#isPaused) {
        await new Promise<void>((done) => (this.#wake = done));
        continue;
      }
      let atLeast = 0;
      try {
        await this.#listen();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (error instanceof ApiError && error.status === 401) return;
        if (error instanceof ApiError && error.status === 400) this.#lastId = '';
        atLeast = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
      }
      if (this.#stopping.signal.aborted) return;
      if (this.#isPaused) continue;
      this.#failures += 1;
      this.#handler.onState('reconnecting', this.#failures);
      await this.#pause(delayOf(this.#failures, Math.random(), atLeast));
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    if (!this.#isEager) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    this.#isEager = false;
  }

  async #listen(): Promise<void> {
    const ending = (this.#connection = new AbortController());
    this.#isCaughtUp = false;
    let isWhole = this.#lastId !== '';
    const stop = () => ending.abort();
    this.#stopping.signal.addEventListener('abort', stop);
    let silence = setTimeout(stop, longestSilence);
    try {
      const answer = await fetchRaw('GET', '/events', {
        signal: ending.signal,
        headers: { Accept: 'text/event-stream', ...(this.#lastId ? { 'Last-Event-ID': this.#lastId } : {}) },
      });
      // Without an id the program tells everything anew; what was told before the connection broke is not added to.
      let batch: StreamEvent[] = this.#lastId ? [] : [{ event: 'reset', kind: 'stream', id: '', object: null }];
      const parser = createParser({
        onEvent: (message) => {
          const event = eventOf(message);
          if (event) batch.push(event);
          if (event?.event === 'reset') isWhole = false;
          if (event?.event === 'snapshot' && event.kind === 'stream') isWhole = true;
          if (message.id) this.#lastId = message.id;
        },
      });
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(stop, longestSilence);
        this.#failures = 0;
        this.#isEager = false;
        parser.feed(value);
        if (batch.length > 0) this.#handler.onEvents(batch);
        batch = [];
        this.#handler.onState('live', 0);
        this.#isCaughtUp = isWhole;
        clearTimeout(this.#settled);
        if (isWhole && this.#isPaused) this.#settled = setTimeout(stop, settling);
      }
    } finally {
      clearTimeout(silence);
      clearTimeout(this.#settled);
      this.#connection = null;
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }
}

function eventOf(message: EventSourceMessage): StreamEvent | null {
  const event = message.event ?? 'message';
  if (event === 'reset') return { event, kind: 'stream', id: '', object: null };
  try {
    return { ...(JSON.parse(message.data) as Omit<StreamEvent, 'event'>), event };
  } catch {
    return null;
  }
}
