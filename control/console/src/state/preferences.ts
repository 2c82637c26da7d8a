import { effect, signal, type Signal } from '@preact/signals';

/// A choice that the browser keeps, such as the theme. Nothing secret and nothing that another person should see.
export function preference<T extends string>(name: string, choices: readonly T[], standard: T): Signal<T> {
  const key = 'modelgate.' + name;
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(key);
  } catch {
    // Storage is switched off: the choice holds until the tab is closed.
  }
  const choice = signal<T>(choices.find((each) => each === kept) ?? standard);
  effect(() => {
    try {
      localStorage.setItem(key, choice.value);
    } catch {
      // As above.
    }
  });
  return choice;
}

export const themes = ['auto', 'light', 'dark'] as const;
export const theme = preference('theme', themes, 'auto');
/// Keys that do something by themselves: who dictates, or hits a key unmeant, may switch them off.
export const singleKeys = preference('single-keys', ['on', 'off'] as const, 'on');
export const listView = preference('list-view', ['cards', 'table'] as const, 'cards');

export function startTheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === 'auto') delete root.dataset['theme'];
    else root.dataset['theme'] = theme.value;
  });
}
