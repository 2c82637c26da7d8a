import { expect, it } from 'vitest';
import { markerLabels } from './marker_labels';

const widthOf = (text: string) => 8 * text.length;
const at = (...places: number[]) => places.map((x, index) => ({ x, revision: index + 1 }));

it('stand over their lines where there is room', () => {
  expect(markerLabels(at(0, 16, 100), widthOf)).toEqual([
    { x: 0, text: 'r1' },
    { x: 16, text: 'r2' },
    { x: 100, text: 'r3' },
  ]);
});

it('are told together where there is none', () => {
  expect(markerLabels(at(100, 104, 110, 300), widthOf)).toEqual([
    { x: 105, text: 'r1–r3' },
    { x: 300, text: 'r4' },
  ]);
});

it('take in those that the longer text comes to stand over', () => {
  expect(markerLabels(at(0, 20, 30), widthOf)).toEqual([{ x: 15, text: 'r1–r3' }]);
});
