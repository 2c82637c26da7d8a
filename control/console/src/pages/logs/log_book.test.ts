import { expect, it } from 'vitest';
import type { ReadLine } from './lines';
import { findMatches, LogBook, olderThan } from './log_book';

const line = (time: number | '', text = `t${time}`, replica = 'a'): ReadLine => ({
  replica,
  time: time === '' ? '' : String(time).padStart(6, '0'),
  text,
  plain: text,
  level: null,
});
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => line(from + at));
const texts = (book: LogBook) => book.chunks.flatMap((chunk) => chunk.lines.map((each) => each.text));
const range = (from: number, to: number) => lines(from, to).map((each) => each.text);

it('grows at both ends, in chunks that change only where something is added', () => {
  const book = new LogBook(10_000);
  book.append(lines(1000, 1250));
  const versions = new Map(book.chunks.map((chunk) => [chunk.number, chunk.version]));
  book.prepend(lines(700, 1000));
  book.append(lines(1250, 1251));
  expect(texts(book)).toEqual(range(700, 1251));
  expect(book.size).toBe(551);
  expect(book.chunks.filter((chunk) => versions.get(chunk.number) === chunk.version).map((chunk) => chunk.number)).toEqual([0, 1]);
  expect(book.chunks.every((chunk) => chunk.lines.length <= 100)).toBe(true);
  expect(book.find(book.first!.seq)).toBe(book.first);
  expect(book.findByTime('001250')?.text).toBe('t1250');
});

it('lets the oldest go when it is full', () => {
  const book = new LogBook(150);
  book.append(lines(0, 100));
  book.append(lines(100, 320));
  expect(texts(book)).toEqual(range(170, 320));
  expect(book.isFull).toBe(true);
  book.prepend(lines(0, 170));
  expect(book.size).toBe(150);
});

it('takes of older lines the newest that there is room for', () => {
  const book = new LogBook(150);
  book.append(lines(100, 200));
  book.prepend(lines(0, 100));
  expect(texts(book)).toEqual(range(50, 200));
});

it('knows again what was told before, replica by replica', () => {
  const book = new LogBook(100);
  book.append([line(5, 'x'), line(7, 'y', 'b'), line(6, 'same'), line(6, 'same')]);
  expect(book.newestTime).toBe('000007');
  const isNew = book.skipper();
  const again = [line(5, 'x'), line(6, 'same'), line(6, 'same'), line(6, 'same'), line(7, 'y', 'b'), line(8, 'z'), line(3, 'of another', 'c')];
  expect(again.filter(isNew).map((each) => each.text)).toEqual(['same', 'z', 'of another']);
});

it('finds what is older in a longer answer', () => {
  expect(olderThan(lines(0, 10), line(4))).toEqual(lines(0, 4));
  expect(olderThan(lines(5, 10), line(4))).toEqual([]);
  expect(olderThan(lines(0, 3), undefined)).toEqual(lines(0, 3));
});

it('finds lines by what is in them, also in lines that came later', () => {
  const book = new LogBook(1000);
  book.append([line(1, 'One fish'), line(2, 'two'), line(3, 'a FISH')]);
  const found = () => findMatches(book.chunks, 'fish', 'all').map((seq) => book.find(seq)?.text);
  expect(found()).toEqual(['One fish', 'a FISH']);
  book.append([line(4, 'fishes')]);
  expect(found()).toEqual(['One fish', 'a FISH', 'fishes']);
  expect(findMatches(book.chunks, '', 'all')).toEqual([]);
  expect(findMatches(book.chunks, 'fish', 'error')).toEqual([]);
});
