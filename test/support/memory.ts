// Does something grow for as long as it runs? Heaps swing by some MiB with what the engine has compiled and not yet
// collected, so one before and after proves little. What leaks is larger after most stretches of work than before them;
// what swings is not.

const MIB = 2 ** 20;
const STRETCHES = 5;

/**
 * What memory usually grows by in a stretch of work, in MiB: the median of the slopes between all pairs of measurements
 * (Theil–Sen). Of a leak its rate per stretch, of what only swings about 0.
 * @param held bytes held now, after collecting garbage
 * @param stretch one stretch of work
 */
export async function usualGrowth(
  held: () => number | Promise<number>,
  stretch: () => Promise<unknown>,
): Promise<number> {
  const sizes = [(await held()) / MIB];
  for (let i = 0; i < STRETCHES; i++) {
    await stretch();
    sizes.push((await held()) / MIB);
  }
  console.log(`      MiB after each stretch of work: ${sizes.map(size => size.toFixed(2)).join(', ')}`);
  const slopes = sizes.flatMap((size, i) => sizes.slice(0, i).map((earlier, j) => (size - earlier) / (i - j)));
  return slopes.sort((a, b) => a - b)[(slopes.length - 1) / 2];
}
