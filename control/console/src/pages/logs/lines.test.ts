import { expect, it } from 'vitest';
import { levelOf, LineReader, LineSplitter, passes, shortReplica, timeParts } from './lines';

it('cuts pieces into whole lines, wherever they were cut before', () => {
  const splitter = new LineSplitter();
  expect(splitter.push('one\ntw')).toEqual(['one']);
  expect(splitter.push('')).toEqual([]);
  expect(splitter.push('o\n\nthree')).toEqual(['two', '']);
  expect(splitter.finish()).toEqual(['three']);
  expect(splitter.finish()).toEqual([]);
});

const time = '2026-11-27T03:31:14.475595302Z';

it('reads lines of one replica and of all', () => {
  expect(new LineReader('a').read(`${time} [b] hello`)).toEqual({ replica: 'a', time, text: '[b] hello', plain: '[b] hello', level: null });
  expect(new LineReader('').read(`[b] ${time} \x1b[31mERROR\x1b[0m`)).toEqual({
    replica: 'b',
    time,
    text: '\x1b[31mERROR\x1b[0m',
    plain: 'ERROR',
    level: 'error',
  });
  expect(new LineReader('').read(`[b] ${time} `)).toMatchObject({ replica: 'b', time, text: '' });
  expect(new LineReader('').read('[b] no time')).toMatchObject({ replica: 'b', time: '', text: 'no time' });
  expect(new LineReader('a').read('')).toBeNull();
});

it('takes a line that goes on for as severe as the one before of the same replica', () => {
  const reader = new LineReader('');
  const levelAfter = (replica: string, text: string) => reader.read(`[${replica}] ${time} ${text}`)?.level;
  expect(levelAfter('a', 'Traceback (most recent call last):')).toBe('error');
  expect(levelAfter('b', '  of another')).toBe(null);
  expect(levelAfter('a', '  File "model.py", line 3')).toBe('error');
  expect(levelAfter('a', 'ValueError: no')).toBe('error');
  expect(levelAfter('a', 'done')).toBe(null);
});

it('finds levels as loggers write them', () => {
  expect(levelOf('2026-11-27 03:00:00,123 - root - WARNING - low memory')).toBe('warning');
  expect(levelOf('[INFO] started')).toBe('info');
  expect(levelOf('INFO:     Uvicorn running')).toBe('info');
  expect(levelOf('{"time":"x","level":"error","msg":"no"}')).toBe('error');
  expect(levelOf('ts=1 level=warn msg="no error at all"')).toBe('warning');
  expect(levelOf('E1127 03:05:09.123456 7 server.cc:12] failed')).toBe('error');
  expect(levelOf('DEBUG cache miss')).toBe('debug');
  expect(levelOf('/x/y.py:3: DeprecationWarning: use z')).toBe('warning');
  expect(levelOf('GET /health/status 200 user=-')).toBe(null);
  expect(levelOf('the model made no error today')).toBe(null);
});

it('filters by level, lines without one being information', () => {
  const shown = (filter: Parameters<typeof passes>[1]) => (['error', 'warning', 'info', null, 'debug'] as const).filter((level) => passes(level, filter));
  expect(shown('all')).toHaveLength(5);
  expect(shown('info')).toEqual(['error', 'warning', 'info', null]);
  expect(shown('warning')).toEqual(['error', 'warning']);
  expect(shown('error')).toEqual(['error']);
});

it('shortens names of replicas, and splits times', () => {
  expect(shortReplica('deploy-iris-r3-0', 'iris')).toBe('r3-0');
  expect(shortReplica('other', 'iris')).toBe('other');
  expect(timeParts(time, 'utc')).toEqual({ day: '2026-11-27', clock: '03:31:14.475' });
  expect(timeParts(time, 'local').clock).toMatch(/^\d\d:\d\d:14\.475$/);
  expect(timeParts('', 'utc')).toEqual({ day: '', clock: '' });
});
