import { expect, it } from 'vitest';
import { mergePatch } from './merge_patch';

it('tells only what differs', () => {
  const from = { a: 1, b: [1, { x: 1 }], m: { k: 'v', gone: 'x' }, same: { deep: { er: null } } };
  const to = { a: 2, b: [1, { x: 2 }], m: { k: 'w' }, same: { deep: { er: null } }, more: null };
  expect(mergePatch(from, to)).toEqual({ a: 2, b: [1, { x: 2 }], m: { k: 'w', gone: null }, more: null });
  expect(mergePatch(from, from)).toEqual({});
});

it('replaces what is of another kind', () => {
  expect(mergePatch({ a: null, b: { c: 1 } }, { a: { c: 1 }, b: 'x' })).toEqual({ a: { c: 1 }, b: 'x' });
});
