import { diffLines } from 'diff';

export interface DiffRow {
  kind: 'same' | 'added' | 'removed' | 'gap';
  text: string;
}

/// The lines of two texts as one list: those that only one has are marked, and of long runs that both have only the lines
/// near a difference stand in it; a `gap` says how many are left out.
export function presentDiff(from: string, to: string, context = 3): DiffRow[] {
  const rows = diffLines(from, to).flatMap(({ value, added, removed }): DiffRow[] => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return value.replace(/\n$/, '').split('\n').map((text) => ({ kind, text }));
  });
  const isNear = (at: number) => rows.slice(Math.max(0, at - context), at + context + 1).some((row) => row.kind !== 'same');
  const result: DiffRow[] = [];
  let hidden = 0;
  const close = () => {
    if (hidden > 0) result.push({ kind: 'gap', text: `${hidden} ${hidden === 1 ? 'line is' : 'lines are'} the same` });
    hidden = 0;
  };
  for (const [at, row] of rows.entries()) {
    if (row.kind !== 'same' || isNear(at)) {
      close();
      result.push(row);
    } else {
      ++hidden;
    }
  }
  close();
  return result;
}
