// How often normal segments score above a level, within the scores seen and beyond them: the tail of a distribution is
// taken to fall off exponentially where too few scores reach that far.
import { percentileOf, type ScoreDistribution } from '../stats/distribution';

/** Fewer scores above a level than this say too little about how often that level is exceeded. */
const MIN_EXCEEDANCES = 10;
/** Fewer scores than this say nothing about rare ones. */
export const MIN_TAIL_SCORES = 2 * MIN_EXCEEDANCES;
/** The part of the scores that counts as the tail. */
const TAIL_PERCENT = 10;

/**
 * Peaks over threshold with a generalised Pareto tail of shape 0: above a level u that a fraction ζ of the scores
 * exceeds, P(score > x) = ζ·exp(−(x − u)/β) with β the mean excess (Coles 2001, "An Introduction to Statistical
 * Modeling of Extreme Values", section 4.3).
 */
interface Tail {
  /** u */
  level: number;
  /** β; 0 where all of the tail is one value. */
  meanExcess: number;
  /** ζ */
  exceeding: number;
}

function tailOf(normal: ScoreDistribution): Tail {
  const tailPercent = Math.max(TAIL_PERCENT, (100 * MIN_EXCEEDANCES) / normal.count);
  const level = percentileOf(normal, 100 - tailPercent);
  const excesses = normal.values.flatMap(score => (score > level ? [score - level] : []));
  const meanExcess = excesses.length > 0 ? excesses.reduce((sum, excess) => sum + excess, 0) / excesses.length : 0;
  return { level, meanExcess, exceeding: excesses.length / normal.values.length };
}

/**
 * The score that a normal segment exceeds with a probability: where at least ten of the scores seen lie above it their
 * quantile, beyond that by the tail.
 * @param normal at least MIN_TAIL_SCORES scores
 */
export function exceededWith(probability: number, normal: ScoreDistribution): { value: number; extrapolated: boolean } {
  if (probability * normal.count >= MIN_EXCEEDANCES) {
    return { value: percentileOf(normal, 100 * (1 - probability)), extrapolated: false };
  }
  const { level, meanExcess, exceeding } = tailOf(normal);
  if (meanExcess === 0) return { value: normal.max, extrapolated: true };
  return { value: level + meanExcess * Math.max(0, Math.log(exceeding / probability)), extrapolated: true };
}

/** How often normal segments exceed a score. */
export interface Exceedance {
  /** Segments seen that lie above it. */
  above: number;
  /** Probability that one does: the inverse of `exceededWith`; undefined where too few were seen to say. */
  probability: number | undefined;
  /** True where too few of the scores seen lie above it and the tail's shape was assumed. */
  extrapolated: boolean;
}

/** Where there are too few scores to know a tail by, the share of those seen that lie above is all that can be said. */
export function exceedanceOf(value: number, normal: ScoreDistribution): Exceedance {
  const { values, count } = normal;
  const share = (values.length - firstAbove(values, value)) / values.length;
  const above = Math.round(share * count);
  if (above >= MIN_EXCEEDANCES) return { above, probability: share, extrapolated: false };
  if (count < MIN_TAIL_SCORES) return { above, probability: share || undefined, extrapolated: false };
  const { level, meanExcess, exceeding } = tailOf(normal);
  if (meanExcess === 0) return { above, probability: share, extrapolated: true };
  const probability = exceeding * Math.exp(-Math.max(0, value - level) / meanExcess);
  return { above, probability, extrapolated: true };
}

/** Index of the first of some ascending values that lies above `value`. */
function firstAbove(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
