import assert from 'node:assert/strict';
import { describeScores, MAX_VALUES, percentileOf } from '#src/stats/distribution';

describe('score distribution', () => {
  const scores = [3, 1, 4, 1, 5, 9, 2, 6];

  it('has the mean and the population standard deviation of numpy', () => {
    const { count, mean, std, min, max, values } = describeScores(scores);
    assert.deepEqual({ count, mean, min, max }, { count: 8, mean: 3.875, min: 1, max: 9 });
    assert.ok(Math.abs(std - 2.5708704751503917) < 1e-12);
    assert.deepEqual(values, [1, 1, 2, 3, 4, 5, 6, 9]);
    assert.deepEqual(scores, [3, 1, 4, 1, 5, 9, 2, 6], 'the argument is left alone');
  });

  it('has numpy’s percentiles', () => {
    const distribution = describeScores(scores);
    const expected = { 0: 1, 10: 1, 25: 1.75, 50: 3.5, 90: 6.9, 99: 8.79, 100: 9 };
    for (const [p, value] of Object.entries(expected)) {
      assert.ok(Math.abs(percentileOf(distribution, Number(p)) - value) < 1e-12, `percentile ${p}`);
    }
  });

  it('keeps at most 2000 values of many scores, with the same percentiles', () => {
    const many = Float32Array.from({ length: 100_001 }, (_, i) => ((i * 7919) % 100_001) / 1000);
    const distribution = describeScores(many);
    assert.equal(distribution.count, 100_001);
    assert.equal(distribution.values.length, MAX_VALUES);
    assert.equal(distribution.values[0], distribution.min);
    assert.equal(distribution.values.at(-1), distribution.max);
    for (const p of [0, 1, 37.5, 99, 99.9, 100]) {
      assert.ok(Math.abs(percentileOf(distribution, p) - p) < 1e-4, `percentile ${p}`);
    }
  });

  it('describes a single score and equal scores', () => {
    assert.deepEqual(describeScores([2]), { count: 1, mean: 2, std: 0, min: 2, max: 2, values: [2] });
    assert.equal(percentileOf(describeScores([2]), 99), 2);
    assert.equal(describeScores([7, 7, 7]).std, 0);
  });

  it('refuses no scores and scores that are not finite', () => {
    assert.throws(() => describeScores([]), { name: 'UserError', code: 'too-few-scores' });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => describeScores([1, bad, 2]), { name: 'UserError', code: 'not-finite' });
    }
  });
});
