// How a set of scores is spread: what a model remembers of its training scores, and what threshold rules work on.
import { UserError } from '../errors';

/** Summary of scores; small enough to travel in a model file, whatever the number of segments. */
export interface ScoreDistribution {
  count: number;
  mean: number;
  /** Population standard deviation (divided by count). */
  std: number;
  min: number;
  max: number;
  /** All scores in ascending order, or 2000 quantiles at equal steps of probability from min to max. */
  values: number[];
}

/** Most values a distribution keeps. */
export const MAX_VALUES = 2000;

/**
 * @param scores finite numbers in any order, at least one
 * @throws UserError `no-scores` or `not-finite`
 */
export function describeScores(scores: ArrayLike<number>): ScoreDistribution {
  const sorted = Float64Array.from(scores).sort();
  const count = sorted.length;
  if (count === 0) throw new UserError('too-few-scores', 'there are no scores; expected at least one finite number.');
  const bad = sorted.find(score => !Number.isFinite(score));
  if (bad !== undefined) {
    throw new UserError('not-finite', `one of ${count} scores is ${bad}; expected finite numbers.`);
  }
  const mean = sorted.reduce((sum, score) => sum + score, 0) / count;
  const variance = sorted.reduce((sum, score) => sum + (score - mean) ** 2, 0) / count;
  return { count, mean, std: Math.sqrt(variance), min: sorted[0], max: sorted[count - 1], values: quantiles(sorted) };
}

function quantiles(sorted: Float64Array): number[] {
  if (sorted.length <= MAX_VALUES) return Array.from(sorted);
  return Array.from({ length: MAX_VALUES }, (_, i) => interpolate(sorted, i / (MAX_VALUES - 1)));
}

/**
 * The score below which `p` per cent lie, with linear interpolation between neighbours: numpy's `percentile(…,
 * method='linear')`, Hyndman and Fan's type 7.
 * @param p 0…100
 */
export function percentileOf(distribution: ScoreDistribution, p: number): number {
  return interpolate(distribution.values, Math.min(100, Math.max(0, p)) / 100);
}

function interpolate(sorted: ArrayLike<number>, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}
