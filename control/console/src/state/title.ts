import { effect, signal } from '@preact/signals';
import type { Phase } from '../api/types';

export const pageTitle = signal('');
/// The state of the deployment that is shown: the tab's title and icon carry it.
export const pagePhase = signal<Phase | null>(null);

// A circle with a sign in it, so that the state is not told by colour alone.
const signs: Record<Phase, { colour: string; sign: string }> = {
  Deployed: { colour: '#15803d', sign: 'M4.5 8.5l2.5 2.5 4.5-5' },
  Deploying: { colour: '#1d4ed8', sign: 'M8 4v4l3 2' },
  Stopping: { colour: '#b45309', sign: 'M5 8h6' },
  Stopped: { colour: '#64748b', sign: 'M6 5v6M10 5v6' },
  Failed: { colour: '#b91c1c', sign: 'M5 5l6 6M11 5l-6 6' },
};
const plain = { colour: '#4338ca', sign: 'M4 11V5l4 4 4-4v6' };

function iconOf({ colour, sign }: { colour: string; sign: string }): string {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colour}"/><path d="${sign}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return 'data:image/svg+xml,' + encodeURIComponent(drawing);
}

export function startTitle(): void {
  effect(() => {
    const phase = pagePhase.value;
    document.title = [phase && `(${phase})`, pageTitle.value, pageTitle.value ? '·' : '', 'modelgate'].filter(Boolean).join(' ');
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link) link.href = iconOf(phase ? signs[phase] : plain);
  });
}
