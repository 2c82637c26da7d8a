import { signal } from '@preact/signals';
import { navigate, pathname } from '../router/location';
import { matchPath } from '../router/match';
import { singleKeys } from '../state/preferences';
import { isAdmin } from '../state/session';
import { places } from './navigation';

export const paletteOpen = signal(false);

const secondKeyPatience = 1500;

function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

const tabKeys: Readonly<Record<string, string>> = { i: 'information', l: 'logs', h: 'history', c: 'clients', m: 'monitor' };

/// Where g and `key` lead from here: to a tab of the deployment that is shown, else to a page.
function targetOf(key: string): string | undefined {
  const shown = matchPath('/deployments/:id/:tab?', pathname.value);
  const tab = tabKeys[key];
  if (shown && tab) return `/deployments/${shown['id']}/${tab}`;
  return places.find((each) => each.key === key && (!each.admin || isAdmin.value))?.href;
}

/// Ctrl-K and ? open the palette; g and a letter go to a page; / goes to the page's search. Returns what ends it.
export function startKeys(): () => void {
  let gAt = 0;
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      // Not over another dialog: where it leads to would take along what is typed there, or shown once only.
      if (paletteOpen.value || !document.querySelector('dialog[open]')) paletteOpen.value = !paletteOpen.value;
      return;
    }
    if (singleKeys.value === 'off' || event.ctrlKey || event.metaKey || event.altKey || types(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') paletteOpen.value = true;
    if (event.key === '/') {
      const search = document.querySelector<HTMLInputElement>('#main input[type="search"]');
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    const target = Date.now() - gAt < secondKeyPatience ? targetOf(event.key) : undefined;
    gAt = !target && event.key === 'g' ? Date.now() : 0;
    if (target) void navigate(target);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
