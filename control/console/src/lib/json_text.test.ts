import { describe, expect, it } from 'vitest';
import { findJsonMistake, formatJson } from './json_text';

describe('findJsonMistake', () => {
  it.each(['{}', '[1, -2.5e3, "a\\n\\u00e9", null, true]', ' {"a": {"b": []}} '])('takes %s', (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(findJsonMistake(text)).toBeNull();
  });
  it.each([
    ['', 1, 1],
    ['{"a": 1,}', 1, 9],
    ['{\n  "a": 01\n}', 2, 9],
    ["{'a': 1}", 1, 2],
    ['[1 2]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{"a": "x}', 1, 7],
    ['{} x', 1, 4],
    ['[nan]', 1, 2],
    ['{"a": [1', 1, 9],
  ])('finds the place in %j', (text, line, column) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(findJsonMistake(text)).toMatchObject({ line, column });
  });
  it('is not brought down by depth', () => expect(findJsonMistake('['.repeat(100_000))?.message).toContain('deeply'));
});

it('formats so that nothing is lost', () => {
  const value = { data: { names: ['a,b'], tensor: { shape: [2, 2], values: [0, 0, 1, 1] } }, none: {}, list: [{ a: 1 }], empty: [] };
  expect(JSON.parse(formatJson(value))).toEqual(value);
  expect(formatJson({ shape: [2, 2] })).toBe('{\n  "shape": [2, 2]\n}');
});
