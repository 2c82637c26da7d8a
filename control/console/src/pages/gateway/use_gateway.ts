import { useEffect, useState } from 'preact/hooks';
import { getGateway } from '../../api/gateway';
import { detailOf } from '../../api/problem';
import type { Gateway } from '../../api/types';

const interval = 5000;

/// How the gateway is, asked for as long as somebody looks.
export function useGateway(): { gateway: Gateway | null; problem: string } {
  const [shown, setShown] = useState<{ gateway: Gateway | null; problem: string }>({ gateway: null, problem: '' });
  useEffect(() => {
    const ending = new AbortController();
    const ask = async () => {
      if (document.visibilityState === 'hidden') return;
      try {
        const gateway = await getGateway(ending.signal);
        setShown({ gateway, problem: '' });
      } catch (error) {
        if (!ending.signal.aborted) setShown((before) => ({ ...before, problem: detailOf(error) }));
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), interval);
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, []);
  return shown;
}
