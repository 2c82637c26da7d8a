import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/problem';
import type { Rehearsal } from '../../api/types';

/// What the program says to the form as it stands, without doing it.
export interface Rehearsed {
  /// Absent: nothing was asked yet, or the document has mistakes.
  answer: Rehearsal | null;
  /// 422: mistakes by field; 403: over quota; others.
  problem: ApiError | null;
  asking: boolean;
}

const patience = 400;
const nothing: Rehearsed = { answer: null, problem: null, asking: false };

/// Asks `rehearse` again whenever `document` is another one, when nothing was typed for a moment. The last answer stays
/// until the next one is there.
export function useRehearsal(document: unknown, rehearse: (signal: AbortSignal) => Promise<Rehearsal>, isReady: boolean): Rehearsed {
  const [state, setState] = useState<Rehearsed>(nothing);
  const text = JSON.stringify(document);
  useEffect(() => {
    if (!isReady) return;
    const ending = new AbortController();
    setState((before) => ({ ...before, asking: true }));
    const timer = setTimeout(() => {
      rehearse(ending.signal).then(
        (answer) => !ending.signal.aborted && setState({ answer, problem: null, asking: false }),
        (error: unknown) => {
          if (ending.signal.aborted) return;
          setState({ answer: null, problem: error instanceof ApiError ? error : null, asking: false });
        },
      );
    }, patience);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [text, isReady]);
  return state;
}
