import { setQuery } from '../router/location';

/// Every word of `search` is in one of `texts`, in any case.
export function matches(search: string, ...texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/// A search that stands in the address as `search`.
export function ListSearch({ label, search }: { label: string; search: string }) {
  return <input class="list-search" type="search" aria-label={label} placeholder={label} title="Shortcut: /" value={search} onInput={(event) => setQuery({ search: event.currentTarget.value })} />;
}
