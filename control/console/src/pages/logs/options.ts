import { preference } from '../../state/preferences';

export const zone = preference('log-zone', ['utc', 'local'] as const, 'utc');
export const wrapping = preference('log-wrap', ['wrap', 'scroll'] as const, 'wrap');
/// Whether a screen reader says new lines: off unless it is asked for, since a busy log would never let it end.
export const announcing = preference('log-announce', ['off', 'on'] as const, 'off');
