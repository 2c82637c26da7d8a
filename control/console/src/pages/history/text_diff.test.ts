import { expect, it } from 'vitest';
import { presentDiff } from './text_diff';

const signs = { same: ' ', added: '+', removed: '-', gap: '…' };
const shown = (...of: Parameters<typeof presentDiff>) => presentDiff(...of).map(({ kind, text }) => signs[kind] + text);
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => String(from + at));

it('marks what only one of two texts has', () => {
  expect(shown('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
  expect(shown('a\n', 'a\n')).toEqual(['…1 line is the same']);
});

it('leaves out what is far from any difference', () => {
  const before = count(0, 30);
  const after = before.with(10, 'ten').with(25, 'twenty-five');
  expect(shown(before.join('\n'), after.join('\n'), 2)).toEqual([
    '…8 lines are the same', ' 8', ' 9', '-10', '+ten', ' 11', ' 12',
    '…10 lines are the same', ' 23', ' 24', '-25', '+twenty-five', ' 26', ' 27', '…2 lines are the same',
  ]);
});
