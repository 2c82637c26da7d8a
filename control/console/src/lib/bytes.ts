import { formatNumber } from './format';

const sizes: readonly [number, string][] = [
  [1024 ** 4, 'TiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
];

/// To three digits: "9.84 MiB".
export function formatBytes(value: number): string {
  const three = (amount: number) => formatNumber(Number(amount.toPrecision(3)));
  for (const [size, name] of sizes) if (Math.abs(value) >= size) return `${three(value / size)} ${name}`;
  return `${three(value)} B`;
}
