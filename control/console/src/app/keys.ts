import { signal } from '@preact/signals';
import { navigate } from '../router/location';
import { isAdmin } from '../state/session';
import { places } from './navigation';

export const paletteOpen = signal(false);

const secondKeyPatience = 1500;

function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/// Ctrl-K and ? open the palette; g and a letter go to a page; / goes to the page's search. Returns what ends it.
export function startKeys(): () => void {
  let gAt = 0;
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      paletteOpen.value = !paletteOpen.value;
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || types(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') paletteOpen.value = true;
    if (event.key === '/') {
      const search = document.querySelector<HTMLInputElement>('#main input[type="search"]');
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    const place = Date.now() - gAt < secondKeyPatience ? places.find((each) => each.key === event.key && (!each.admin || isAdmin.value)) : undefined;
    gAt = !place && event.key === 'g' ? Date.now() : 0;
    if (place) void navigate(place.href);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
