import { useEffect, useState } from 'preact/hooks';
import { getCharts, listReplicas } from '../../api/deployments';
import { detailOf } from '../../api/problem';
import type { Charts, ReplicaStatus } from '../../api/types';

export interface Shown {
  charts: Charts | null;
  /// What each replica takes now, by its name.
  usage: ReadonlyMap<string, ReplicaStatus['usage']>;
  /// Why the last attempt failed; what is shown is from before it.
  problem: string;
}

const nothing: Shown = { charts: null, usage: new Map(), problem: '' };

/// The program counts in steps of so many seconds: asking more often shows nothing more.
const shortest = 5;

/// Charts of the last `window`, asked for anew after every step, unless `paused` or the tab is not looked at.
export function useCharts(id: string, window: string, paused: boolean): Shown {
  const [shown, setShown] = useState<Shown>(nothing);
  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      let step = shortest;
      try {
        const [charts, replicas] = await Promise.all([getCharts(id, window, ending.signal), listReplicas(id)]);
        if (ending.signal.aborted) return;
        step = Math.max(shortest, charts.step);
        setShown({ charts, usage: new Map(replicas.map((each) => [each.name, each.usage])), problem: '' });
      } catch (error) {
        if (ending.signal.aborted) return;
        setShown((before) => ({ ...before, problem: detailOf(error) }));
      }
      if (!paused) timer = setTimeout(tick, step * 1000);
    };
    // In a tab that nobody looks at it waits until somebody does.
    const tick = () => document.visibilityState === 'visible' && void ask();
    const onVisible = () => {
      if (document.visibilityState !== 'visible' || paused) return;
      clearTimeout(timer);
      void ask();
    };
    void ask();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      ending.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [id, window, paused]);
  // Another window: what is shown stays until the new one has come.
  return shown;
}
