import { useEffect, useState } from 'preact/hooks';
import { getCharts } from '../../api/deployments';
import type { Charts } from '../../api/types';

/// Requests and errors a second in the last five minutes, step by step.
export interface Traffic {
  requests: (number | null)[];
  errors: (number | null)[];
}

const interval = 20_000;

export function trafficOf(charts: Charts): Traffic {
  const values = (name: string) => charts.series.find((each) => each.name === name && Object.keys(each.labels).length === 0)?.values ?? [];
  const requests = values('qps');
  const [clients, servers] = [values('4xx'), values('5xx')];
  const errors = requests.map((_, step) => {
    const [a, b] = [clients[step], servers[step]];
    return a == null && b == null ? null : (a ?? 0) + (b ?? 0);
  });
  return { requests, errors };
}

/// Of the deployments that are shown, asked for one after the other: the browser has few connections to one host.
export function useRecentTraffic(ids: readonly string[]): ReadonlyMap<string, Traffic> {
  const [known, setKnown] = useState<ReadonlyMap<string, Traffic>>(new Map());
  const wanted = ids.join(' ');
  useEffect(() => {
    const ending = new AbortController();
    const ask = async () => {
      for (const id of wanted.split(' ').filter(Boolean)) {
        if (document.visibilityState === 'hidden') return;
        try {
          const traffic = trafficOf(await getCharts(id, '5m', ending.signal));
          setKnown((before) => new Map(before).set(id, traffic));
        } catch {
          // A picture beside the facts: without it the list is as good.
          if (ending.signal.aborted) return;
        }
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), interval);
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, [wanted]);
  return known;
}
