import { expect, it } from 'vitest';
import type { Revision } from '../../api/types';
import { newestOther } from './newest_other';

const made = (revision: number, modelImage: string, stop = false) => ({ revision, spec: { modelImage, stop } }) as unknown as Revision;

it('steps over what was only stopped and started', () => {
  expect(newestOther([made(5, 'b'), made(4, 'b', true), made(3, 'b'), made(2, 'a'), made(1, 'a')], 5)).toBe(2);
});

it('is the one before where all ask for the same, and none where there is none', () => {
  expect(newestOther([made(3, 'a'), made(2, 'a', true), made(1, 'a')], 3)).toBe(2);
  expect(newestOther([made(1, 'a')], 1)).toBeUndefined();
});
