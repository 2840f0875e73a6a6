// How well scores tell anomalies from normal, whatever the threshold: the ROC curve and the areas under it. Higher
// scores mean "more anomalous".
import { UserError } from '../errors';

/** Rates in 0…1, from (0, 0) to (1, 1), one point per distinct score. */
export interface RocCurve {
  falsePositiveRate: number[];
  truePositiveRate: number[];
}

/**
 * @param normal scores of normal segments, at least one
 * @param anomalous scores of anomalous segments, at least one
 * @throws UserError `no-scores` or `not-finite`
 */
export function rocCurve(normal: ArrayLike<number>, anomalous: ArrayLike<number>): RocCurve {
  const descending = [...labelled(normal, false), ...labelled(anomalous, true)].sort((a, b) => b.score - a.score);
  const curve: RocCurve = { falsePositiveRate: [0], truePositiveRate: [0] };
  let falsePositives = 0;
  let truePositives = 0;
  descending.forEach(({ score, anomaly }, i) => {
    if (anomaly) truePositives++;
    else falsePositives++;
    // Equal scores cannot be told apart by any threshold: one point for all of them.
    if (descending[i + 1]?.score === score) return;
    curve.falsePositiveRate.push(falsePositives / normal.length);
    curve.truePositiveRate.push(truePositives / anomalous.length);
  });
  return curve;
}

function labelled(scores: ArrayLike<number>, anomaly: boolean): { score: number; anomaly: boolean }[] {
  const kind = anomaly ? 'anomalous' : 'normal';
  if (scores.length === 0) throw new UserError('too-few-scores', `there are no ${kind} scores; expected at least one.`);
  return Array.from(scores, score => {
    if (!Number.isFinite(score)) {
      throw new UserError('not-finite', `one of the ${kind} scores is ${score}; expected finite numbers.`);
    }
    return { score, anomaly };
  });
}

/** Area under the ROC curve: the probability that an anomaly scores higher than a normal segment, ties half. */
export function auc(normal: ArrayLike<number>, anomalous: ArrayLike<number>): number {
  return areaUpTo(rocCurve(normal, anomalous), 1);
}

/**
 * Standardised partial area under the curve for false-positive rates up to `maxFpr`: 0.5 for chance, 1 for a perfect
 * detector (McClish 1989, "Analyzing a portion of the ROC curve"). Equals scikit-learn's `roc_auc_score(…, max_fpr)`.
 * @param maxFpr above 0, at most 1; at 1 this is the plain area
 */
export function partialAuc(normal: ArrayLike<number>, anomalous: ArrayLike<number>, maxFpr: number): number {
  if (!(maxFpr > 0 && maxFpr <= 1)) throw new RangeError(`maxFpr is ${maxFpr}; expected above 0, at most 1`);
  const area = areaUpTo(rocCurve(normal, anomalous), maxFpr);
  if (maxFpr === 1) return area;
  const chance = maxFpr ** 2 / 2;
  return (1 + (area - chance) / (maxFpr - chance)) / 2;
}

/** Trapezoids; the last one is cut at `maxFpr`. */
function areaUpTo({ falsePositiveRate: x, truePositiveRate: y }: RocCurve, maxFpr: number): number {
  let area = 0;
  for (let i = 1; i < x.length && x[i - 1] < maxFpr; i++) {
    const right = Math.min(x[i], maxFpr);
    const width = x[i] - x[i - 1];
    const top = width === 0 ? y[i] : y[i - 1] + ((y[i] - y[i - 1]) * (right - x[i - 1])) / width;
    area += ((right - x[i - 1]) * (y[i - 1] + top)) / 2;
  }
  return area;
}
