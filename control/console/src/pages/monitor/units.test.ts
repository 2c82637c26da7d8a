import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../lib/bytes';
import { axisRange, formatValue } from './units';

describe('units', () => {
  it('tells values with their unit', () => {
    expect(formatValue('perSecond', 1234.5678)).toBe('1230/s');
    expect(formatValue('perSecond', 0)).toBe('0/s');
    expect(formatValue('seconds', 0.0025)).toBe('2.5 ms');
    expect(formatValue('seconds', 2.345)).toBe('2.35 s');
    expect(formatValue('cores', 0.12345)).toBe('0.123');
    expect(formatValue('bytes', null)).toBe('-');
    expect(formatBytes(10_313_433)).toBe('9.84 MiB');
    expect(formatBytes(3 * 1024 ** 3)).toBe('3 GiB');
  });

  it('never rounds a share up to all', () => {
    expect(formatValue('ratio', 1)).toBe('100%');
    expect(formatValue('ratio', 0.99999)).toBe('99.99%');
    expect(formatValue('ratio', 0.07)).toBe('7%');
  });

  it('begins axes at zero, and shows of shares what is missing', () => {
    expect(axisRange('perSecond', 5, 10)).toEqual([0, 10.8]);
    expect(axisRange('count', null, null)).toEqual([0, 1]);
    const [low, high] = axisRange('ratio', 0.5, 1);
    expect(low).toBeCloseTo(0.45);
    expect(high).toBeGreaterThan(1);
    expect(axisRange('ratio', 1, 1)[0]).toBeCloseTo(0.989);
    expect(axisRange('plain', -1, 1)[0]).toBeLessThan(-1);
  });
});
