import { signal } from '@preact/signals';
import { followLog, readLog, type LogSource, type LogStart } from '../../api/logs';
import { ApiError } from '../../api/problem';
import { attention, isWatched, onChange } from '../../state/attention';
import { delayOf } from '../../state/backoff';
import { LineReader, LineSplitter, type ReadLine } from './lines';
import { LogBook, olderThan } from './log_book';

/// loading: nothing is known yet. following: what comes is shown as it comes. ended: nothing more comes for now.
/// retrying: the connection broke, and is made again. failed: it was refused.
export type FeedState = 'loading' | 'following' | 'ended' | 'retrying' | 'failed';
/// more: there may be older lines. beginning: there are none. full: no more are shown at once.
export type OlderState = 'more' | 'loading' | 'beginning' | 'full';

export const tailLines = 2000;
export const mostLines = 20_000;
/// Silence of so long is a dead connection: the program breaks it by an empty line every 15 s.
const longestSilence = 60_000;
/// Lines of several replicas come in order as far as they have been read: after a break it is asked from a little before.
const overlap = 5000;
const endedPause = 5000;
/// Between two questions for what is new, where no connection is held.
export const askingEvery = 3000;

/// One log as it is read: its last lines, and then what comes, over broken connections, without gaps or repetitions.
///
/// The last lines are asked for by themselves: only an answer with an end can say that the log has no more of them.
///
/// Shape: as long as one choice of replica and instance is shown; `start` once, `stop` at the end.
export class LogSession {
  readonly source: LogSource;
  readonly book = new LogBook(mostLines);
  /// Counts the changes of `book`, at most one for each frame of the screen.
  readonly version = signal(0);
  readonly state = signal<FeedState>('loading');
  readonly older = signal<OlderState>('more');
  readonly problem = signal<unknown>(null);
  /// Lines that came since the end of the log was last looked at.
  readonly unseen = signal(0);
  /// The newest lines are kept in view.
  readonly following = signal(true);

  readonly #mayGoOn: () => boolean;
  #stopping = new AbortController();
  #connection: AbortController | null = null;
  #again = false;
  #hasTail = false;
  #failures = 0;
  #wakeUp: () => void = () => {};
  #frame = 0;
  #forget: () => void = () => {};

  /// `mayGoOn`: whether a log that has ended may get more lines, as that of a replica that is started again.
  constructor(source: LogSource, mayGoOn: () => boolean) {
    this.source = source;
    this.#mayGoOn = mayGoOn;
  }

  start(): void {
    // While nobody looks it holds no connection, nor beside windows that do; what was written meanwhile is told afterwards.
    this.#forget = onChange(attention, () => this.#reconnect());
    void this.#run();
  }

  stop(): void {
    this.#forget();
    this.#stopping.abort();
    cancelAnimationFrame(this.#frame);
    this.#reconnect();
  }

  /// Other replicas, or other instances of them, may have something to say: the connection is made anew.
  replicasChanged(): void {
    if (!this.source.previous && this.state.value !== 'failed') this.#reconnect();
  }

  retry(): void {
    if (this.state.value !== 'failed') return this.#reconnect();
    this.state.value = 'loading';
    void this.#run();
  }

  follow(on: boolean): void {
    this.following.value = on;
    if (on) this.unseen.value = 0;
  }

  /// Up to `more` lines before the first.
  async loadOlder(more = tailLines): Promise<void> {
    if (this.older.value !== 'more') return;
    this.older.value = 'loading';
    const wanted = Math.min(this.book.size + more, mostLines);
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(30_000)]);
      const text = await (await readLog(this.source, { tail: wanted }, signal)).text();
      const answer = this.#read(new LineReader(this.source.replica), text.split('\n'));
      this.book.prepend(olderThan(answer, this.book.first));
      this.older.value = this.book.isFull ? 'full' : answer.length < wanted ? 'beginning' : 'more';
      this.#changed();
    } catch (error) {
      this.older.value = 'more';
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  async #run(): Promise<void> {
    const stopping = this.#stopping.signal;
    while (!stopping.aborted) {
      if (!isWatched.peek()) {
        await new Promise<void>((done) => (this.#wakeUp = done));
        continue;
      }
      this.#again = false;
      let pause = endedPause;
      try {
        await this.#listen();
        if (!this.#again) this.state.value = 'ended';
      } catch (error) {
        if (stopping.aborted) return;
        if (!this.#again) {
          const retryAfter = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
          this.problem.value = error;
          if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
            this.state.value = 'failed';
            return;
          }
          this.state.value = 'retrying';
          pause = delayOf(++this.#failures, Math.random(), retryAfter);
        }
      }
      while (!stopping.aborted && !this.#again) {
        await this.#pause(pause);
        if (this.state.value !== 'ended' || this.#mayGoOn()) break;
      }
    }
  }

  #reconnect(): void {
    this.#again = true;
    this.#connection?.abort();
    this.#wakeUp();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#wakeUp = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  async #listen(): Promise<void> {
    const connection = (this.#connection = new AbortController());
    if (!this.#hasTail) {
      const isFirst = this.book.size === 0;
      const count = await this.#take(readLog(this.source, this.#start(), connection.signal), connection, true);
      if (isFirst && count < tailLines) this.older.value = 'beginning';
      this.#hasTail = true;
    }
    if (this.source.previous) return;
    if (attention.peek() === 'holding') {
      await this.#take(followLog(this.source, this.#start(), connection.signal), connection, false);
      return;
    }
    while (!connection.signal.aborted) {
      await this.#take(readLog(this.source, this.#start(), connection.signal), connection, false);
      if (!this.#mayGoOn()) return;
      await this.#pause(askingEvery);
    }
  }

  /// At first the tail; then from about the newest line on, but no more than there is room for.
  #start(): LogStart {
    const newest = this.book.newestTime;
    if (newest === '') return { tail: this.#hasTail ? mostLines : tailLines };
    return { tail: mostLines, since: new Date(Date.parse(newest) - overlap).toISOString() };
  }

  /// Adds what is new of an answer as it comes; answers how many lines it had, new or not.
  async #take(asked: Promise<Response>, connection: AbortController, isTail: boolean): Promise<number> {
    const stop = () => connection.abort();
    let silence = setTimeout(stop, longestSilence);
    const isUntold = this.book.skipper();
    // What was not told because it is older than the first line is for `loadOlder`.
    const first = this.older.value === 'beginning' ? '' : (this.book.first?.time ?? '');
    const splitter = new LineSplitter();
    const reader = new LineReader(this.source.replica);
    let count = 0;
    try {
      const answer = await asked;
      this.#failures = 0;
      this.problem.value = null;
      if (!isTail) this.state.value = 'following';
      const pieces = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await pieces.read();
        clearTimeout(silence);
        silence = setTimeout(stop, longestSilence);
        const lines = this.#read(reader, done ? splitter.finish() : splitter.push(value));
        count += lines.length;
        this.#add(lines.filter((line) => isUntold(line) && (line.time === '' || line.time >= first)), isTail);
        if (done) return count;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #read(reader: LineReader, lines: readonly string[]): ReadLine[] {
    return lines.map((line) => reader.read(line)).filter((line) => line !== null);
  }

  #add(lines: readonly ReadLine[], isTail: boolean): void {
    if (lines.length === 0) return;
    this.book.append(lines);
    if (!isTail && !this.following.value) this.unseen.value += lines.length;
    if (this.book.isFull && this.older.value !== 'loading') this.older.value = 'full';
    this.#changed();
  }

  #changed(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => ++this.version.value);
  }
}
