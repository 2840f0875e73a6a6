// How good a classifier is on examples whose class is known.

export interface Judgement {
  /** Rows the true class, columns the predicted one; counts. */
  confusion: number[][];
  /** Mean −log of the true class's probability, in nats. */
  crossEntropy: number;
  /** Part that is right. */
  accuracy: number;
  /** Mean over the classes of the part that is right: saying always the same class gives 1 / classes. */
  balancedAccuracy: number;
  /** Accuracy of always saying the commonest class. */
  never: number;
}

/** A probability of 0 would be an infinite loss; this is float32's rounding. */
const LEAST_PROBABILITY = 1e-7;

/**
 * @param probabilities [count][classCount] row-major
 * @param classes the true ones; each class at least once
 */
export function judge(probabilities: Float64Array, classes: ArrayLike<number>, classCount: number): Judgement {
  const confusion = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  let entropy = 0;
  for (let i = 0; i < classes.length; i++) {
    const row = probabilities.subarray(i * classCount, (i + 1) * classCount);
    confusion[classes[i]][mostLikely(row)]++;
    entropy -= Math.log(Math.max(row[classes[i]], LEAST_PROBABILITY));
  }
  const counts = confusion.map(row => row.reduce((sum, count) => sum + count, 0));
  const right = confusion.map((row, i) => row[i]);
  const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
  return {
    confusion,
    crossEntropy: entropy / classes.length,
    accuracy: total(right) / classes.length,
    balancedAccuracy: total(right.map((count, i) => count / counts[i])) / classCount,
    never: Math.max(...counts) / classes.length,
  };
}

/** The index of the largest value; the first of several. */
export function mostLikely(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i++) if (probabilities[i] > probabilities[best]) best = i;
  return best;
}
