export interface Tab {
  name: string;
  text: string;
  href: string;
}

/// Tabs are links to parts of a page: each has an address of its own.
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((each) => (
        <a key={each.name} href={each.href} aria-current={each.name === current ? 'page' : undefined}>
          {each.text}
        </a>
      ))}
    </nav>
  );
}
