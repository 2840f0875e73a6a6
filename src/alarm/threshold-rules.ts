// From what normal scores look like to the score above which a segment counts as an anomaly.
import { UserError } from '../errors';
import { percentileOf, type ScoreDistribution } from '../stats/distribution';
import { exceededWith, MIN_TAIL_SCORES } from './score-tail';

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

/** The budget rule needs at least so many normal scores. */
export const MIN_BUDGET_SCORES = MIN_TAIL_SCORES;

/** The score that normal segments exceed `perDay` times a day on average. */
function budgetThreshold(perDay: number, segmentsPerDay: number, normal: ScoreDistribution): Threshold {
  if (normal.count < MIN_BUDGET_SCORES) {
    throw new UserError(
      'too-few-scores',
      `method budget has ${normal.count} normal scores to go by; expected at least ${MIN_BUDGET_SCORES}. Train or learn on more segments, or choose another method.`,
    );
  }
  const { value, extrapolated } = exceededWith(Math.min(1, perDay / segmentsPerDay), normal);
  const allowed = `${perDay} false ${perDay === 1 ? 'alarm' : 'alarms'} a day allowed`;
  const source = `${extrapolated ? 'extrapolated from' : 'by'} ${normal.count} normal segments`;
  return { value, text: `${allowed}, ${source}`, extrapolated };
}
