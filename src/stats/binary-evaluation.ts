// How well probabilities tell two classes apart, beside what saying always the same would score.
import { auc, rocCurve } from './roc';

export interface BinaryEvaluation {
  /** Share that is on the right side of 0.5. */
  accuracy: number;
  /** Mean of the shares of positives and of negatives that are: 0.5 for saying always the same. */
  balancedAccuracy: number;
  /** Area under the ROC curve: the probability that a positive gets more than a negative, ties half. */
  auc: number;
  /** Accuracy of always saying the commoner class. */
  never: number;
  /** From [0, 0] to [1, 1]: [share of negatives, share of positives] above a threshold that falls. */
  roc: [number, number][];
}

/**
 * @param probabilities of being positive @param positive which are, at least one of each kind
 * @throws UserError `no-scores` where one kind is missing, `not-finite`
 */
export function evaluateBinary(probabilities: ArrayLike<number>, positive: ArrayLike<boolean>): BinaryEvaluation {
  const kinds: [number[], number[]] = [[], []];
  for (let i = 0; i < positive.length; i++) kinds[positive[i] ? 1 : 0].push(probabilities[i]);
  const [negatives, positives] = kinds;
  const curve = rocCurve(negatives, positives);
  const rejected = negatives.filter(probability => probability < 0.5).length;
  const found = positives.length - positives.filter(probability => probability < 0.5).length;
  return {
    accuracy: (rejected + found) / positive.length,
    balancedAccuracy: (rejected / negatives.length + found / positives.length) / 2,
    auc: auc(negatives, positives),
    never: Math.max(negatives.length, positives.length) / positive.length,
    roc: curve.falsePositiveRate.map((rate, i) => [rate, curve.truePositiveRate[i]]),
  };
}
