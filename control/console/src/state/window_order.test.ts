import { expect, it } from 'vitest';
import { WindowOrder } from './window_order';

/// Windows that hear each other; `holding` names the two that were looked at last.
function browser() {
  const windows = new Map<string, WindowOrder>();
  return {
    open(id: string, at: number) {
      const made = new WindowOrder(id, (news) => [...windows.values()].forEach((each) => each.hear(news)));
      windows.set(id, made);
      made.look(at);
    },
    /// Without a word.
    lose: (id: string) => windows.delete(id),
    look: (id: string, at: number) => windows.get(id)!.look(at),
    leave: (id: string) => windows.get(id)!.leave(),
    holding: () => [...windows].filter(([, each]) => each.isAmongLast(2)).map(([id]) => id).join(''),
  };
}

it('gives the connections to the two windows that were looked at last', () => {
  const { open, look, holding } = browser();
  open('a', 1);
  open('b', 2);
  expect(holding()).toBe('ab');
  open('c', 3);
  open('d', 4);
  expect(holding()).toBe('cd');
  look('a', 5);
  expect(holding()).toBe('ad');
  look('a', 6);
  expect(holding()).toBe('ad');
});

it('gives them on when a window is left', () => {
  const { open, leave, look, holding } = browser();
  for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) open(id, at);
  leave('d');
  expect(holding()).toBe('bc');
  leave('b');
  leave('c');
  expect(holding()).toBe('a');
  look('c', 9);
  expect(holding()).toBe('ac');
});

it('agrees on windows that were opened at the same moment', () => {
  const { open, holding } = browser();
  for (const id of ['b', 'c', 'a']) open(id, 7);
  expect(holding()).toBe('bc');
});

it('gets over a window that ended without a word', () => {
  const { open, lose, look, holding } = browser();
  for (const [at, id] of ['a', 'b', 'c'].entries()) open(id, at);
  lose('c');
  expect(holding()).toBe('b');
  look('a', 9);
  look('b', 10);
  expect(holding()).toBe('ab');
});
