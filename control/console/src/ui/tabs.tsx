import { useEffect, useRef } from 'preact/hooks';

export interface Tab {
  name: string;
  text: string;
  href: string;
}

/// Tabs are links to parts of a page: each has an address of its own.
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  const row = useRef<HTMLElement>(null);
  // Where there is not room for all, the one that is shown is among those that are seen.
  useEffect(() => {
    const chosen = row.current?.querySelector('[aria-current]');
    if (!row.current || !chosen) return;
    const [all, own] = [row.current.getBoundingClientRect(), chosen.getBoundingClientRect()];
    row.current.scrollLeft += (own.left + own.right - all.left - all.right) / 2;
  }, [current, tabs.length]);
  return (
    <nav class="tabs" aria-label={label} ref={row}>
      {tabs.map((each) => (
        <a key={each.name} href={each.href} aria-current={each.name === current ? 'page' : undefined}>
          {each.text}
        </a>
      ))}
    </nav>
  );
}
