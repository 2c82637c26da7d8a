import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';

describe('parseAnsi', () => {
  it('leaves text as it is', () => expect(parseAnsi('a\t<b>')).toEqual([{ text: 'a\t<b>', classes: '' }]));
  it('colours and stops', () => {
    expect(parseAnsi('x \x1b[1;31merror\x1b[0m y')).toEqual([
      { text: 'x ', classes: '' },
      { text: 'error', classes: 'ansi-fg-1 ansi-bold' },
      { text: ' y', classes: '' },
    ]);
  });
  it('knows bright and indexed colours, and steps over true ones', () => {
    expect(parseAnsi('\x1b[92ma')[0]?.classes).toBe('ansi-fg-10');
    expect(parseAnsi('\x1b[38;5;9ma')[0]?.classes).toBe('ansi-fg-9');
    expect(parseAnsi('\x1b[38;2;1;2;3;4ma')[0]?.classes).toBe('ansi-underline');
  });
  it('drops titles, moves of the cursor and broken sequences', () => {
    expect(stripAnsi('\x1b]0;title\x07a\x1b[2Kb\x1b[10;4Hc\x1b')).toBe('abc');
    expect(parseAnsi('\x1b[mplain\x1b[')).toEqual([{ text: 'plain[', classes: '' }]);
  });
});
