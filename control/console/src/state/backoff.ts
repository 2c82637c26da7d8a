/// Milliseconds to wait before the attempt number `failures` (from 1): doubling from half a second up to 30 s, of which
/// a random half is taken off, so that many tabs do not come back at the same moment. `atLeast` is what the program asked for.
export function delayOf(failures: number, random: number, atLeast = 0): number {
  const whole = Math.min(30_000, 500 * 2 ** Math.max(0, failures - 1));
  return Math.max(atLeast, whole * (1 - random / 2));
}
