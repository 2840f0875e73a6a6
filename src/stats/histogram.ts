// Scores as bars, for a display.
import type { ScoreDistribution } from './distribution';

/** More bars where there are more scores. */
const BINS = { min: 8, max: 48 };

export interface Histogram {
  count: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  /** Share of the scores in each of equal steps from `min` to `max`. */
  shares: number[];
}

export function histogramOf({ count, mean, std, min, max, values }: ScoreDistribution): Histogram {
  const bins = Math.min(BINS.max, Math.max(BINS.min, Math.round(2 * Math.sqrt(count))));
  const shares = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = max > min ? Math.floor(((value - min) / (max - min)) * bins) : 0;
    shares[Math.min(bins - 1, bin)] += 1 / values.length;
  }
  return { count, mean, std, min, max, shares };
}
