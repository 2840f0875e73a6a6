import assert from 'node:assert/strict';
import { exceedanceOf, exceededWith } from '#src/alarm/score-tail';
import { describeScores } from '#src/stats/distribution';

/** Quantiles of an exponential distribution with mean 1. */
const exponential = (count: number) =>
  describeScores(Array.from({ length: count }, (_, i) => -Math.log(1 - (i + 0.5) / count)));

describe('how often normal segments score above a level', () => {
  it('is counted where enough of those seen do', () => {
    const thousand = describeScores(Array.from({ length: 1000 }, (_, i) => i));
    assert.deepEqual(exceedanceOf(899, thousand), { above: 100, probability: 0.1, extrapolated: false });
    assert.deepEqual(exceedanceOf(-1, thousand), { above: 1000, probability: 1, extrapolated: false });
  });

  it('follows the tail beyond them: P(score > x) = exp(−x)', () => {
    const normal = exponential(2000);
    for (const level of [6, 8, 12]) {
      const { above, probability, extrapolated } = exceedanceOf(level, normal);
      assert.ok(extrapolated && above <= 5);
      assert.ok(Math.abs(Math.log(probability!) + level) < 0.3, `level ${level}: ${probability}`);
    }
  });

  it('is what a false-alarm budget was made for', () => {
    for (const normal of [exponential(20), exponential(150), exponential(2000), exponential(5000)]) {
      for (const probability of [1e-7, 1e-4, 0.003, 0.02, 0.2]) {
        const { value, extrapolated } = exceededWith(probability, normal);
        const found = exceedanceOf(value, normal);
        assert.equal(found.extrapolated, extrapolated, `${normal.count} scores, ${probability}`);
        // The quantile lies between two scores: counted, it is at most one score of the distribution off.
        const tolerance = extrapolated ? 1e-9 * probability : 1.01 / normal.values.length;
        assert.ok(Math.abs(found.probability! - probability) <= tolerance, `${found.probability} for ${probability}`);
      }
    }
  });

  it('is not said of what too few have never exceeded', () => {
    const eight = describeScores([2, 4, 4, 4, 5, 5, 7, 9]);
    assert.deepEqual(exceedanceOf(6, eight), { above: 2, probability: 0.25, extrapolated: false });
    assert.deepEqual(exceedanceOf(9, eight), { above: 0, probability: undefined, extrapolated: false });
  });

  it('of scores that are all the same is all or nothing', () => {
    const same = describeScores(new Array(50).fill(3));
    assert.equal(exceedanceOf(2, same).probability, 1);
    assert.equal(exceedanceOf(3, same).probability, 0);
  });

  it('counts segments, not the quantiles that are kept of them', () => {
    const many = describeScores(Array.from({ length: 10_000 }, (_, i) => i));
    assert.equal(many.values.length, 2000);
    assert.ok(Math.abs(exceedanceOf(8999.5, many).above - 1000) <= 5);
  });
});
