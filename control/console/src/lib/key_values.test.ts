import { expect, it } from 'vitest';
import { parseKeyValueLines } from './key_values';

it('reads lines of an .env file', () => {
  expect(parseKeyValueLines('# comment\nA=1\n\nexport B="two words"\r\nC = x=y\n')).toEqual([
    { key: 'A', value: '1' },
    { key: 'B', value: 'two words' },
    { key: 'C', value: 'x=y' },
  ]);
});

it('leaves other text alone', () => {
  expect(parseKeyValueLines('just words')).toBeNull();
  expect(parseKeyValueLines('A=1\nnot a pair')).toBeNull();
  expect(parseKeyValueLines('')).toBeNull();
});
