// z-normalisation: every column of a table to mean 0 and standard deviation 1, as learnt from the training part.

/** One value per column. */
export interface ZNorm {
  mean: number[];
  /** 1 where a column does not vary, so that it becomes 0 and not NaN. */
  std: number[];
}

/** Far beyond whatever sound gives, and far from where doubles end. */
const MOST = 1e30;

/** Whether a value from a file is one for so many columns. */
export function isZNorm(value: unknown, columns: number): value is ZNorm {
  const { mean, std } = (value ?? {}) as Partial<ZNorm>;
  const areWithin = (list: unknown, least: number): boolean =>
    Array.isArray(list) &&
    list.length === columns &&
    list.every(number => typeof number === 'number' && number >= least && number <= MOST);
  return areWithin(mean, -MOST) && areWithin(std, 1 / MOST);
}

/**
 * @param rows [count][columns] row-major, at least one row
 * @returns means and sample standard deviations (n − 1)
 */
export function learnZNorm(rows: Float64Array, columns: number): ZNorm {
  const count = rows.length / columns;
  const mean = new Array<number>(columns).fill(0);
  const std = new Array<number>(columns).fill(0);
  rows.forEach((value, i) => {
    mean[i % columns] += value / count;
  });
  rows.forEach((value, i) => {
    std[i % columns] += (value - mean[i % columns]) ** 2 / Math.max(1, count - 1);
  });
  return { mean, std: std.map((variance, i) => usable(Math.sqrt(variance), mean[i])) };
}

/** A column of equal values has a deviation of rounding errors only. */
const usable = (std: number, mean: number): number => (std > 1e-12 * Math.abs(mean) ? std : 1);

/** (x − mean) / std, in memory of its own. */
export function zNormalised(rows: Float64Array, { mean, std }: ZNorm): Float64Array {
  const columns = mean.length;
  return rows.map((value, i) => (value - mean[i % columns]) / std[i % columns]);
}
