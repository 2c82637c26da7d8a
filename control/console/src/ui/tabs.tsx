import { useEffect, useRef } from 'preact/hooks';

export interface Tab {
  name: string;
  text: string;
  href: string;
}

/// Tabs are links to parts of a page: each has an address of its own.
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  const row = useRef<HTMLElement>(null);
  // Where there is not room for all, the one that is shown is among those that are seen, as the room changes, too.
  useEffect(() => {
    const element = row.current;
    if (!element) return;
    const reveal = () => {
      const chosen = element.querySelector('[aria-current]');
      if (!chosen) return;
      const [all, own] = [element.getBoundingClientRect(), chosen.getBoundingClientRect()];
      element.scrollLeft += (own.left + own.right - all.left - all.right) / 2;
    };
    reveal();
    const observer = new ResizeObserver(reveal);
    observer.observe(element);
    return () => observer.disconnect();
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
