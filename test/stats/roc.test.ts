// ROC areas against scikit-learn 1.9 (roc_auc_score with and without max_fpr), and by hand.
import assert from 'node:assert/strict';
import { auc, partialAuc, rocCurve } from '#src/stats/roc';

const NORMAL = [0.1, 0.4, 0.35, 0.8, 0.2, 0.2, 0.55, 0.05, 0.3, 0.62];
const ANOMALOUS = [0.9, 0.35, 0.7, 0.62, 0.8, 0.15];

/** The generator of Numerical Recipes: the same numbers in any language. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Two decimals, so that many scores are equal. */
function rounded(count: number, offset: number, random: Generator<number, never>): number[] {
  return Array.from({ length: count }, () => Math.round((offset + random.next().value) * 100) / 100);
}

const close = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-12, `${got}, not ${expected}`);

describe('ROC', () => {
  it('area equals scikit-learn’s, ties included', () => {
    close(auc(NORMAL, ANOMALOUS), 0.7416666666666667);
    const random = randomNumbers(7);
    const normal = rounded(200, 0, random);
    const anomalous = rounded(70, 0.3, random);
    close(auc(normal, anomalous), 0.7733928571428571);
    close(partialAuc(normal, anomalous, 0.1), 0.6840225563909774);
    close(partialAuc(normal, anomalous, 0.05), 0.6791208791208792);
    close(partialAuc(normal, anomalous, 0.003), 0.6780885614135489);
  });

  it('partial area equals scikit-learn’s between points of the curve and on them', () => {
    const expected = { 0.1: 0.6052631578947368, 0.25: 0.6952380952380952, 0.37: 0.7125960316144365 };
    for (const [maxFpr, area] of Object.entries(expected)) close(partialAuc(NORMAL, ANOMALOUS, Number(maxFpr)), area);
    close(partialAuc(NORMAL, ANOMALOUS, 0.5), 0.7222222222222222);
    close(partialAuc(NORMAL, ANOMALOUS, 1), 0.7416666666666667);
  });

  it('is 1 for perfect separation, 0.5 for equal scores, 0 for the wrong way round', () => {
    assert.equal(auc([1, 2], [3, 4]), 1);
    assert.equal(partialAuc([1, 2], [3, 4], 0.1), 1);
    assert.equal(auc([1, 1], [1, 1]), 0.5);
    close(partialAuc([1, 1], [1, 1], 0.1), 0.5);
    assert.equal(auc([3, 4], [1, 2]), 0);
  });

  it('curve has a point per distinct score, by hand', () => {
    assert.deepEqual(rocCurve([1, 2], [2, 3]), {
      falsePositiveRate: [0, 0, 0.5, 1],
      truePositiveRate: [0, 0.5, 1, 1],
    });
  });

  it('refuses empty groups, scores that are not finite and impossible rates', () => {
    assert.throws(() => auc([], [1]), { code: 'too-few-scores', message: /normal/ });
    assert.throws(() => auc([1], []), { code: 'too-few-scores', message: /anomalous/ });
    assert.throws(() => auc([1, Number.NaN], [2]), { code: 'not-finite' });
    for (const maxFpr of [0, -0.1, 1.1, Number.NaN]) assert.throws(() => partialAuc([1], [2], maxFpr), RangeError);
  });
});
