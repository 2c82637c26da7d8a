import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/// Below so much for each column, in rem, a table's cells would be a word wide.
const narrowestColumn = 6.5;

/// What is this long is broken where it must be; words of people stay whole.
const longWord = /[^\s-]{18}/;

/// All are read before one is marked: the page is laid out once.
function markLongWords(table: Element): void {
  const cells = [...table.querySelectorAll<HTMLElement>('tbody :is(th, td)')];
  const long = cells.map((cell) => longWord.test(cell.innerText));
  cells.forEach((cell, at) => cell.classList.toggle('long-words', long[at]));
}

/// Whether a table of so many columns has too little room in `box`, its parent, to stand as one. It is the box's width that tells:
/// a table may have half of a page, or what a menu beside it leaves.
export function useFolding(box: RefObject<HTMLElement | null>, columns: number): boolean {
  const [folded, setFolded] = useState(false);
  // What it took as a table where it stood out, as what stands in it cannot be broken further.
  const needed = useRef(0);
  const measure = () => {
    const element = box.current;
    const table = element?.firstElementChild;
    if (!element || !table) return;
    markLongWords(table);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    if (!table.classList.contains('table-folded') && table.clientWidth > element.clientWidth) needed.current = table.clientWidth;
    setFolded(element.clientWidth < Math.max(columns * narrowestColumn * rem, needed.current));
  };
  useLayoutEffect(measure);
  useLayoutEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [columns]);
  return folded;
}
