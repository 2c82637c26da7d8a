import { useEffect, useRef, useState } from 'preact/hooks';
import { listAuditEvents, type AuditFilter } from '../../api/administration';
import { detailOf } from '../../api/problem';
import type { AuditEvent } from '../../api/types';

export interface Trail {
  /// Newest first; null until the first page has come.
  events: readonly AuditEvent[] | null;
  hasMore: boolean;
  busy: boolean;
  problem: string;
  more: () => void;
  again: () => void;
}

/// Milliseconds after the last key, so that not every letter of a name is asked for.
const patience = 300;

/// The audit trail, page by page.
export function useAudit(filter: AuditFilter): Trail {
  const [events, setEvents] = useState<readonly AuditEvent[] | null>(null);
  const [next, setNext] = useState('');
  const [busy, setBusy] = useState(true);
  const [problem, setProblem] = useState('');
  const [round, setRound] = useState(0);
  const ending = useRef(new AbortController());
  const key = JSON.stringify(filter);

  const ask = async (pageToken: string) => {
    const { signal } = ending.current;
    setBusy(true);
    setProblem('');
    try {
      const page = await listAuditEvents(filter, pageToken, signal);
      if (signal.aborted) return;
      setEvents((before) => (pageToken === '' ? page.items : [...(before ?? []), ...page.items]));
      setNext(page.nextPageToken);
    } catch (error) {
      if (signal.aborted) return;
      setProblem(detailOf(error));
    }
    setBusy(false);
  };

  useEffect(() => {
    const timer = setTimeout(() => void ask(''), events === null ? 0 : patience);
    return () => {
      clearTimeout(timer);
      ending.current.abort();
      ending.current = new AbortController();
    };
  }, [key, round]);

  return { events, hasMore: next !== '', busy, problem, more: () => void ask(next), again: () => setRound((before) => before + 1) };
}
