import { stripAnsi } from '../../lib/ansi';

export type Level = 'error' | 'warning' | 'info' | 'debug';

/// What was read of one line.
export interface ReadLine {
  replica: string;
  /// RFC 3339 in UTC with nine digits, so that it sorts as text; empty where the log has none.
  time: string;
  /// With its escape sequences.
  text: string;
  /// Without them: what is searched and shown where it matters.
  plain: string;
  /// Null: it says none.
  level: Level | null;
}

/// Cuts pieces of text, as they come, into whole lines.
export class LineSplitter {
  #rest = '';

  push(piece: string): string[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /// What stands there without a line's end, when nothing more comes.
  finish(): string[] {
    const last = this.#rest;
    this.#rest = '';
    return last === '' ? [] : [last];
  }
}

const merged = /^\[([^\]]+)\] (?:(\d{4}-\d\d-\d\dT[\d:.]+Z)(?: |$))?/;
const stamped = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)(?: |$)/;

/// Reads lines of a log with timestamps; `replica` is whose it is, or empty for a merged one, in which each line says so.
///
/// Each line's level is what it says, or, of a line that goes on with the one before (a stack trace), that one's.
export class LineReader {
  readonly #replica: string;
  readonly #levels = new Map<string, Level | null>();

  constructor(replica: string) {
    this.#replica = replica;
  }

  /// Null for an empty line without a time: a sign of life of the server, no line of a replica.
  read(line: string): ReadLine | null {
    if (line === '') return null;
    const found = this.#replica === '' ? merged.exec(line) : stamped.exec(line);
    const replica = this.#replica || (found?.[1] ?? '');
    const time = (this.#replica === '' ? found?.[2] : found?.[1]) ?? '';
    const text = line.slice(found?.[0].length ?? 0);
    const plain = stripAnsi(text);
    const level = /^(?:\s|$)/.test(plain) ? (this.#levels.get(replica) ?? null) : levelOf(plain);
    this.#levels.set(replica, level);
    return { replica, time, text, plain, level };
  }
}

const levels: readonly [Level, RegExp][] = [
  ['error', /\b(?:FATAL|CRITICAL|CRIT|ERROR|ERR|PANIC|SEVERE)\b|^(?:fatal|critical|error|panic)\b/],
  ['warning', /\bWARN(?:ING)?\b|^warn(?:ing)?\b|\b[A-Z]\w*Warning:/],
  ['info', /\b(?:INFO|NOTICE)\b|^(?:info|notice)\b/],
  ['debug', /\b(?:DEBUG|TRACE)\b|^(?:debug|trace)\b/],
];
const exception = /^Traceback \(most recent call last\)|^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception)(?::|$)/;
// level=warn, "level": "warn", "severity":"WARNING"
const structured = /\b(?:level|levelname|severity|lvl)"?\s*[=:]\s*"?([a-z]+)/i;
// I1127 03:05:09.123456: what glog and klog write.
const glog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const glogLevels: Record<string, Level> = { I: 'info', W: 'warning', E: 'error', F: 'error' };
/// A level stands at the beginning of a line; further on the same word is mostly part of a sentence.
const searched = 160;

export function levelOf(plain: string): Level | null {
  const head = plain.slice(0, searched);
  if (exception.test(head)) return 'error';
  const byLetter = glog.exec(head)?.[1];
  if (byLetter) return glogLevels[byLetter] ?? null;
  const word = structured.exec(head)?.[1];
  if (word) return levels.find(([, pattern]) => pattern.test(word.toUpperCase()))?.[0] ?? null;
  return levels.find(([, pattern]) => pattern.test(head))?.[0] ?? null;
}

export const levelFilters = ['all', 'info', 'warning', 'error'] as const;
export type LevelFilter = (typeof levelFilters)[number];

/// Whether a line is shown: lines that say no level are taken for information.
export function passes(level: Level | null, filter: LevelFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'info':
      return level !== 'debug';
    case 'warning':
      return level === 'warning' || level === 'error';
    case 'error':
      return level === 'error';
  }
}

/// The part of a replica's name that tells it from its deployment's others: `r3-0` of `deploy-iris-r3-0`.
export function shortReplica(replica: string, deployment: string): string {
  const start = `deploy-${deployment}-`;
  return replica.startsWith(start) ? replica.slice(start.length) : replica;
}

/// The day and the time of day, to the millisecond.
export function timeParts(time: string, zone: 'utc' | 'local'): { day: string; clock: string } {
  if (time === '') return { day: '', clock: '' };
  if (zone === 'utc') return { day: time.slice(0, 10), clock: time.slice(11, 23).replace('Z', '') };
  const at = new Date(time);
  const two = (value: number, digits = 2) => String(value).padStart(digits, '0');
  return {
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    clock: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`,
  };
}
