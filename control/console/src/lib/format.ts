/// Text for people. Pure: what depends on the time or the zone gets it.

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/// "3 min. ago", "yesterday", "in 2 hr."
export function formatRelative(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  if (Number.isNaN(seconds)) return time;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 15 ? 'just now' : relative.format(Math.trunc(seconds), 'second');
}

/// "2026-11-27 03:05:09 UTC"
export function formatUtc(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  return at.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
}

/// "2026-11-27 03:05:09" where the person is.
export function formatLocal(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/// "41 s", "3 min 5 s", "2 h 4 min", "3 d 4 h"
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  const parts: [number, string, number, string][] = [
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ];
  for (const [large, largeName, small, smallName] of parts) {
    if (whole < large) continue;
    const rest = Math.floor((whole % large) / small);
    return `${Math.floor(whole / large)} ${largeName}` + (rest ? ` ${rest} ${smallName}` : '');
  }
  return `${whole} s`;
}

/// Up to three decimals, without zeros at the end: 0.25, 4, 1.125.
export function formatNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

export function formatMilliseconds(value: number): string {
  return value < 10 ? `${Math.round(value * 100) / 100} ms` : value < 1000 ? `${Math.round(value)} ms` : `${Math.round(value / 10) / 100} s`;
}

const resources: Record<string, string> = { cpu: 'CPU', memory: 'Memory', gpu: 'GPU', deployments: 'Deployments' };
export function resourceName(resource: string): string {
  return resources[resource] ?? resource;
}

export function resourceAmount(resource: string, value: number | null): string {
  if (value === null) return '∞';
  return formatNumber(value) + (resource === 'memory' ? ' GiB' : '');
}

/// PrimeHub's form: `Small (CPU: 0.25 / Memory: 0.25 G / GPU: 0)`.
export function formatInstanceType(type: { displayName: string; cpu: number; memoryGiB: number; gpu: number }): string {
  return `${type.displayName} (${formatSize(type)})`;
}

export function formatSize(type: { cpu: number; memoryGiB: number; gpu: number }): string {
  return `CPU: ${formatNumber(type.cpu)} / Memory: ${formatNumber(type.memoryGiB)} G / GPU: ${type.gpu}`;
}

export function plural(count: number, one: string, many = one + 's'): string {
  return `${count} ${count === 1 ? one : many}`;
}
