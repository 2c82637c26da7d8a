import { passes, type LevelFilter, type ReadLine } from './lines';

export interface LogLine extends ReadLine {
  /// Its place: later lines have higher numbers; older ones that are loaded afterwards go below zero.
  seq: number;
}

/// So many lines that stand together: what is drawn anew when one of them comes.
export interface Chunk {
  readonly number: number;
  /// Changes with each change of `lines`.
  version: number;
  readonly lines: LogLine[];
}

export const chunkSize = 100;

/// The lines that are shown, oldest first.
///
/// Shape: at most `most` lines, then the oldest go.
export class LogBook {
  readonly most: number;
  readonly chunks: Chunk[] = [];
  #size = 0;
  #next = 0;
  /// Of each replica its newest time, and how many of its lines have it: to know again what was told before.
  readonly #newest = new Map<string, { time: string; count: number }>();

  constructor(most: number) {
    this.most = most;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.most;
  }

  get first(): LogLine | undefined {
    return this.chunks[0]?.lines[0];
  }

  get last(): LogLine | undefined {
    return this.chunks.at(-1)?.lines.at(-1);
  }

  /// The newest time of all.
  get newestTime(): string {
    let newest = '';
    for (const { time } of this.#newest.values()) if (time > newest) newest = time;
    return newest;
  }

  append(lines: readonly ReadLine[]): void {
    for (const line of lines) {
      this.#note(line);
      const seq = this.#next++;
      const number = Math.floor(seq / chunkSize);
      let chunk = this.chunks.at(-1);
      if (!chunk || chunk.number !== number) this.chunks.push((chunk = { number, version: 0, lines: [] }));
      chunk.lines.push({ ...line, seq });
      ++chunk.version;
      ++this.#size;
    }
    this.#trim();
  }

  /// Puts what is older before the first line; of more than there is room for, the newest.
  prepend(older: readonly ReadLine[]): void {
    const room = this.most - this.#size;
    let seq = (this.first?.seq ?? this.#next) - 1;
    for (const line of older.slice(Math.max(0, older.length - room)).toReversed()) {
      const number = Math.floor(seq / chunkSize);
      let chunk = this.chunks[0];
      if (!chunk || chunk.number !== number) this.chunks.unshift((chunk = { number, version: 0, lines: [] }));
      chunk.lines.unshift({ ...line, seq: seq-- });
      ++chunk.version;
      ++this.#size;
    }
  }

  /// Tells which lines of a log that is read again, from about the newest on, are new.
  skipper(): (line: ReadLine) => boolean {
    const known = new Map([...this.#newest].map(([replica, each]) => [replica, { ...each }]));
    return (line) => {
      const newest = known.get(line.replica);
      if (!newest || line.time === '' || line.time > newest.time) return true;
      return line.time === newest.time && --newest.count < 0;
    };
  }

  find(seq: number): LogLine | undefined {
    return this.chunks.find((chunk) => chunk.number === Math.floor(seq / chunkSize))?.lines.find((line) => line.seq === seq);
  }

  findByTime(time: string): LogLine | undefined {
    for (const chunk of this.chunks) {
      const found = chunk.lines.find((line) => line.time === time);
      if (found) return found;
    }
    return undefined;
  }

  #note(line: ReadLine): void {
    if (line.time === '') return;
    const newest = this.#newest.get(line.replica);
    if (!newest || line.time > newest.time) this.#newest.set(line.replica, { time: line.time, count: 1 });
    else if (line.time === newest.time) ++newest.count;
  }

  #trim(): void {
    while (this.#size > this.most) {
      const oldest = this.chunks[0];
      if (!oldest) return;
      const gone = oldest.lines.splice(0, Math.min(this.#size - this.most, oldest.lines.length));
      ++oldest.version;
      this.#size -= gone.length;
      if (oldest.lines.length === 0) this.chunks.shift();
    }
  }
}

/// The lines of `answer`, the end of the same log, that stand before `first`.
export function olderThan(answer: readonly ReadLine[], first: ReadLine | undefined): ReadLine[] {
  if (!first) return [...answer];
  const at = answer.findIndex((each) => each.time === first.time && each.replica === first.replica && each.text === first.text);
  if (at >= 0) return answer.slice(0, at);
  return answer.filter((each) => each.time < first.time);
}

interface Found {
  version: number;
  needle: string;
  filter: LevelFilter;
  seqs: number[];
}
const remembered = new WeakMap<Chunk, Found>();

/// The lines of a chunk that are shown and have `search` in them, whatever the case of its letters; none for an empty one.
export function matchesIn(chunk: Chunk, search: string, filter: LevelFilter): readonly number[] {
  if (search === '') return none;
  const needle = search.toLowerCase();
  const before = remembered.get(chunk);
  if (before && before.version === chunk.version && before.needle === needle && before.filter === filter) return before.seqs;
  const seqs = chunk.lines.filter((line) => passes(line.level, filter) && line.plain.toLowerCase().includes(needle)).map((line) => line.seq);
  remembered.set(chunk, { version: chunk.version, needle, filter, seqs });
  return seqs;
}

const none: readonly number[] = [];

/// Those of all chunks.
export function findMatches(chunks: readonly Chunk[], search: string, filter: LevelFilter): number[] {
  return chunks.flatMap((chunk) => [...matchesIn(chunk, search, filter)]);
}
