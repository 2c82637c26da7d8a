import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { withQuery, type QueryChanges } from './match';

/// Where the tab is. What somebody could want to come back to, or to send to somebody, stands in it: filters, tabs,
/// revisions, log lines.
interface Location {
  pathname: string;
  search: string;
  hash: string;
}

const read = (): Location => ({ pathname: window.location.pathname, search: window.location.search, hash: window.location.hash });

const location = signal<Location>(read());
/// Counts the entries of the history made here, so that leaving can be undone in the right direction.
let position: number = history.state?.position ?? 0;

export const pathname = computed(() => location.value.pathname);
export const query = computed(() => new URLSearchParams(location.value.search));
export const hash = computed(() => location.value.hash);

/// Asked before the page is left; answers whether it may be.
type Guard = () => Promise<boolean>;
let guard: { asked: Guard; isNeeded: () => boolean } | null = null;
let undoing = false;

/// Only one page is shown, so only one guard holds. Returns what takes it away.
export function guardLeaving(asked: Guard, isNeeded: () => boolean = () => true): () => void {
  const own = { asked, isNeeded };
  guard = own;
  return () => {
    if (guard === own) guard = null;
  };
}

/// Whether something would be lost if the page went.
export const isGuarded = () => guard?.isNeeded() === true;

/// Holds a guard while `active`.
export function useGuard(active: boolean, asked: Guard): void {
  useEffect(() => (active ? guardLeaving(asked) : undefined), [active]);
}

async function mayLeave(target: string): Promise<boolean> {
  if (!guard || !isGuarded() || new URL(target, window.location.href).pathname === location.value.pathname) return true;
  return guard.asked();
}

interface Navigation {
  /// Takes the place of the present entry of the history, as a change of a filter does.
  replace?: boolean;
  /// The page has said already that it may be left.
  force?: boolean;
}

export async function navigate(target: string, how: Navigation = {}): Promise<boolean> {
  if (!how.force && !(await mayLeave(target))) return false;
  const samePage = new URL(target, window.location.href).pathname === location.value.pathname;
  if (how.replace) history.replaceState({ position }, '', target);
  else history.pushState({ position: ++position }, '', target);
  location.value = read();
  if (!samePage) {
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }
  return true;
}

/// Changes a part of the query only; the page stays.
export function setQuery(changes: QueryChanges, how: Navigation = { replace: true }): void {
  const text = withQuery(query.value, changes).toString();
  void navigate(location.value.pathname + (text ? '?' + text : '') + location.value.hash, how);
}

async function onPopState(): Promise<void> {
  const there: number = history.state?.position ?? 0;
  if (undoing) {
    undoing = false;
    position = there;
    return;
  }
  if (guard && isGuarded() && window.location.pathname !== location.value.pathname) {
    const back = window.location.href;
    const step = there < position ? 1 : -1;
    undoing = true;
    history.go(step);
    if (!(await guard.asked())) return;
    guard = null;
    void navigate(back, { force: true });
    return;
  }
  position = there;
  location.value = read();
}

/// A click on a link to a page of this console changes the page without loading it anew.
function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  void navigate(link.pathname + link.search + link.hash);
}

export function startRouter(): void {
  window.addEventListener('popstate', () => void onPopState());
  window.addEventListener('hashchange', () => (location.value = read()));
  document.addEventListener('click', onClick);
  window.addEventListener('beforeunload', (event) => {
    if (isGuarded()) event.preventDefault();
  });
}
