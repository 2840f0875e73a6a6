// Does something grow for as long as it runs? Heaps swing by some MiB with what the engine has compiled and not yet
// collected, so one before and after proves little. What leaks grows in most stretches of work; what swings does not.

const MIB = 2 ** 20;
const STRETCHES = 5;

/**
 * What memory grew by in the middle one of several equal stretches of work, in MiB: of a leak its rate per stretch,
 * of what only swings about 0.
 * @param held bytes held now, after collecting garbage
 * @param stretch one stretch of work
 */
export async function usualGrowth(
  held: () => number | Promise<number>,
  stretch: () => Promise<unknown>,
): Promise<number> {
  const sizes = [await held()];
  for (let i = 0; i < STRETCHES; i++) {
    await stretch();
    sizes.push(await held());
  }
  const growths = sizes.slice(1).map((size, i) => (size - sizes[i]) / MIB);
  const shown = growths.map(growth => growth.toFixed(2)).join(', ');
  console.log(`      ${(sizes[0] / MIB).toFixed(1)} MiB, then in each stretch of work more by ${shown}`);
  return growths.sort((a, b) => a - b)[(STRETCHES - 1) / 2];
}
