// From what normal scores look like to the score above which a segment counts as an anomaly.
import { UserError } from '../errors';
import { percentileOf, type ScoreDistribution } from './distribution';

export type ThresholdRule =
  | { method: 'mean-std'; k: number }
  | { method: 'percentile'; percentile: number }
  | { method: 'budget'; perDay: number; segmentsPerDay: number }
  | { method: 'manual'; value: number };

export interface Threshold {
  value: number;
  /** How it came about, e.g. "mean + 2·std of 150 normal segments". */
  text: string;
  /** True where the scores seen do not reach far enough and the tail's shape was assumed (budget only). */
  extrapolated: boolean;
}

/**
 * Applies a rule to the scores of normal segments; `manual` needs none.
 * @throws UserError `too-few-scores` where the rule needs more normal scores than there are
 */
export function thresholdOf(rule: ThresholdRule, normal?: ScoreDistribution): Threshold {
  if (rule.method === 'manual') return { value: rule.value, text: 'set by hand', extrapolated: false };
  if (!normal) throw new UserError('too-few-scores', `method ${rule.method} needs scores of normal segments.`);
  const segments = `${normal.count} normal segments`;
  switch (rule.method) {
    case 'mean-std':
      return {
        value: normal.mean + rule.k * normal.std,
        text: `mean + ${rule.k}·std of ${segments}`,
        extrapolated: false,
      };
    case 'percentile':
      return {
        value: percentileOf(normal, rule.percentile),
        text: `percentile ${rule.percentile} of ${segments}`,
        extrapolated: false,
      };
    case 'budget':
      return budgetThreshold(rule.perDay, rule.segmentsPerDay, normal);
  }
}

/** Fewer scores above a level than this say too little about how often that level is exceeded. */
const MIN_EXCEEDANCES = 10;
/** The budget rule needs at least so many normal scores. */
export const MIN_BUDGET_SCORES = 2 * MIN_EXCEEDANCES;
/** The part of the scores that counts as the tail. */
const TAIL_PERCENT = 10;

/**
 * The score that normal segments exceed `perDay` times a day on average. Where at least ten of the scores seen lie
 * above it, it is their quantile; beyond that the tail is taken to fall off exponentially.
 */
function budgetThreshold(perDay: number, segmentsPerDay: number, normal: ScoreDistribution): Threshold {
  if (normal.count < MIN_BUDGET_SCORES) {
    throw new UserError(
      'too-few-scores',
      `method budget has ${normal.count} normal scores to go by; expected at least ${MIN_BUDGET_SCORES}. Train or learn on more segments, or choose another method.`,
    );
  }
  const probability = Math.min(1, perDay / segmentsPerDay);
  const extrapolated = probability * normal.count < MIN_EXCEEDANCES;
  const value = extrapolated
    ? exponentialTailQuantile(normal, probability)
    : percentileOf(normal, 100 * (1 - probability));
  const allowed = `${perDay} false ${perDay === 1 ? 'alarm' : 'alarms'} a day allowed`;
  const source = `${extrapolated ? 'extrapolated from' : 'by'} ${normal.count} normal segments`;
  return { value, text: `${allowed}, ${source}`, extrapolated };
}

/**
 * Peaks over threshold with a generalised Pareto tail of shape 0: above a level u that a fraction ζ of the scores
 * exceeds, P(score > x) = ζ·exp(−(x − u)/β) with β the mean excess (Coles 2001, "An Introduction to Statistical
 * Modeling of Extreme Values", section 4.3). Solved for x.
 */
function exponentialTailQuantile(normal: ScoreDistribution, probability: number): number {
  const tailPercent = Math.max(TAIL_PERCENT, (100 * MIN_EXCEEDANCES) / normal.count);
  const level = percentileOf(normal, 100 - tailPercent);
  const excesses = normal.values.flatMap(score => (score > level ? score - level : []));
  if (excesses.length === 0) return normal.max; // all of the tail is one value
  const meanExcess = excesses.reduce((sum, excess) => sum + excess, 0) / excesses.length;
  const exceeding = excesses.length / normal.values.length;
  return level + meanExcess * Math.max(0, Math.log(exceeding / probability));
}
