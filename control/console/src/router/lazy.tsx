import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { EmptyState } from '../ui/empty_state';
import { Button } from '../ui/button';
import { Skeleton } from '../ui/skeleton';

export type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/// A component whose code is fetched when it is shown first.
export function lazy<Props extends object>(load: Load<Props>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [Found, show] = useState<ComponentType<Props> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      let gone = false;
      load().then(
        (module) => {
          loaded = module.default;
          if (!gone) show(() => loaded);
        },
        () => !gone && setFailed(true),
      );
      return () => {
        gone = true;
      };
    }, []);
    if (failed) {
      return (
        <EmptyState title="This page could not be loaded" action={<Button onClick={() => window.location.reload()}>Load again</Button>}>
          The program may have been upgraded since this console was opened.
        </EmptyState>
      );
    }
    return Found ? <Found {...props} /> : <Skeleton lines={6} />;
  };
}
