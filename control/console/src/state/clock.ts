import { signal } from '@preact/signals';

/// Now, to ten seconds: "3 min ago" follows it.
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 10_000);
