import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { attention } from '../../state/attention';
import { LogSession, tailLines } from './log_session';

/// A program whose answers are written piece by piece; what was asked of it stands in `asked`.
class Program {
  readonly asked: URLSearchParams[] = [];
  readonly answers: { say(text: string): void; end(): void; break(): void }[] = [];

  constructor() {
    vi.stubGlobal('fetch', (target: string, { signal }: RequestInit) => {
      this.asked.push(new URL(target, 'http://here').searchParams);
      let body: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
      signal?.addEventListener('abort', () => body.error(signal.reason));
      this.answers.push({
        say: (text) => body.enqueue(new TextEncoder().encode(text)),
        end: () => body.close(),
        break: () => body.error(new TypeError('cut')),
      });
      return Promise.resolve(new Response(stream));
    });
  }
}

const time = (at: number) => new Date(Date.UTC(2026, 0, 1) + at).toISOString().replace('Z', '000000Z');
const lines = (from: number, to: number, replica = 'a') => Array.from({ length: to - from }, (_, at) => `[${replica}] ${time(from + at)} t${from + at}\n`).join('');
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

let program: Program;
let session: LogSession;
const shown = () => session.book.chunks.flatMap((chunk) => chunk.lines.map((each) => each.text));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => {});
  program = new Program();
  session = new LogSession({ deployment: 'iris', replica: '', previous: false }, () => true);
  session.start();
});
afterEach(() => {
  session.stop();
  attention.value = 'holding';
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('says that the log begins only where the whole answer was shorter than what was asked for, however slow it came', async () => {
  await pass(0);
  program.answers[0]!.say(lines(0, 900));
  await pass(5000);
  expect([session.older.value, session.state.value]).toEqual(['more', 'loading']);
  program.answers[0]!.say(lines(900, tailLines));
  program.answers[0]!.end();
  await pass(0);
  expect([session.older.value, session.state.value]).toEqual(['more', 'following']);
  expect(shown()).toHaveLength(tailLines);
});

it('follows from where the tail ended, without what is older than it', async () => {
  await pass(0);
  program.answers[0]!.say(lines(1000, 1000 + tailLines));
  program.answers[0]!.end();
  await pass(0);
  expect(program.asked.map((each) => [each.get('tail'), each.get('follow')])).toEqual([['2000', null], ['20000', 'true']]);
  expect(Date.parse(program.asked[1]!.get('since')!)).toBeLessThan(Date.UTC(2026, 0, 1) + 1000 + tailLines);
  program.answers[1]!.say(lines(500, 600, 'b') + lines(900, 1001 + tailLines));
  await pass(0);
  expect(shown()).toHaveLength(tailLines + 1);
  expect(shown().at(-1)).toBe(`t${1000 + tailLines}`);
});

it('knows a short log to be whole, and of an empty one takes all that comes', async () => {
  await pass(0);
  program.answers[0]!.end();
  await pass(0);
  expect(session.older.value).toBe('beginning');
  program.answers[1]!.say(lines(0, 3000));
  await pass(0);
  expect([shown().length, session.older.value, session.unseen.value]).toEqual([3000, 'beginning', 0]);
});

it('says nothing of a beginning after a tail that broke', async () => {
  await pass(0);
  program.answers[0]!.say(lines(0, 100));
  program.answers[0]!.break();
  await pass(3000);
  program.answers[1]!.say(lines(50, 150));
  program.answers[1]!.end();
  await pass(0);
  expect(shown()).toHaveLength(150);
  expect(session.older.value).toBe('more');
});

it('asks now and then for what is new, and holds nothing, beside windows that hold the connections', async () => {
  await pass(0);
  program.answers[0]!.say(lines(0, 10));
  program.answers[0]!.end();
  await pass(0);
  attention.value = 'sharing';
  await pass(0);
  expect(program.asked.at(-1)!.get('follow')).toBe(null);
  program.answers.at(-1)!.say(lines(5, 12));
  program.answers.at(-1)!.end();
  await pass(0);
  expect([shown().length, session.state.value]).toEqual([12, 'following']);
  const before = program.asked.length;
  await pass(2900);
  expect(program.asked).toHaveLength(before);
  await pass(200);
  expect(program.asked).toHaveLength(before + 1);
  attention.value = 'holding';
  await pass(0);
  expect(program.asked.at(-1)!.get('follow')).toBe('true');
});
