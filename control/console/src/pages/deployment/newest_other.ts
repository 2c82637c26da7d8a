import type { Revision } from '../../api/types';
import { sameJson, type Json } from '../../lib/merge_patch';

/// The revision that going back leads to, where nobody says which: the newest before `present` that asks for something else.
/// Starting and stopping make revisions, too, but a rollback does neither.
export function newestOther(history: readonly Revision[], present: number): number | undefined {
  const asked = (revision: Revision) => ({ ...revision.spec, stop: false }) as unknown as Json;
  const now = history.find((each) => each.revision === present);
  const earlier = history.filter((each) => each.revision < present).sort((a, b) => b.revision - a.revision);
  const other = now && earlier.find((each) => !sameJson(asked(each), asked(now)));
  return (other ?? earlier[0])?.revision;
}
