import { expect, it } from 'vitest';
import { highlight } from './highlight';

const shown = (...parts: ReturnType<typeof highlight>) => parts.map((each) => (each.hit ? `[${each.text}]` : each.text) + (each.classes ? `(${each.classes})` : ''));

it('marks what was searched for, over the borders of colours', () => {
  const spans = [
    { text: 'an Er', classes: 'red' },
    { text: 'ror, error', classes: '' },
  ];
  expect(shown(...highlight(spans, 'error'))).toEqual(['an (red)', '[Er](red)', '[ror]', ', ', '[error]']);
  expect(shown(...highlight(spans, ''))).toEqual(['an Er(red)', 'ror, error']);
  expect(shown(...highlight(spans, 'none'))).toEqual(['an Er(red)', 'ror, error']);
});

it('keeps its place where lower case is longer', () => {
  expect(shown(...highlight([{ text: 'İİ end', classes: '' }], 'end'))).toEqual(['İİ ', '[end]']);
});
