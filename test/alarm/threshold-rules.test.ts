// Threshold rules worked by hand.
import assert from 'node:assert/strict';
import { thresholdOf } from '#src/alarm/threshold-rules';
import { describeScores } from '#src/stats/distribution';

const close = (got: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${got}, not ${expected}`);

/** n scores whose quantiles are those of 1 − exp(−x/scale): an exponential tail without chance in it. */
const exponential = (count: number, scale: number) =>
  describeScores(Array.from({ length: count }, (_, i) => -scale * Math.log(1 - (i + 0.5) / count)));

describe('threshold rules', () => {
  // mean 5, population standard deviation 2
  const scores = describeScores([2, 4, 4, 4, 5, 5, 7, 9]);

  it('mean-std is the mean plus k population standard deviations', () => {
    assert.deepEqual(thresholdOf({ method: 'mean-std', k: 2 }, scores), {
      value: 9,
      text: 'mean + 2·std of 8 normal segments',
      extrapolated: false,
    });
    assert.equal(thresholdOf({ method: 'mean-std', k: -0.5 }, scores).value, 4);
  });

  it('percentile interpolates between scores', () => {
    // position 0.95·7 = 6.65: between 7 and 9
    const { value, text } = thresholdOf({ method: 'percentile', percentile: 95 }, scores);
    close(value, 7 + 0.65 * 2);
    assert.equal(text, 'percentile 95 of 8 normal segments');
  });

  it('manual is the value itself and needs no scores', () => {
    assert.deepEqual(thresholdOf({ method: 'manual', value: 0.02 }), {
      value: 0.02,
      text: 'set by hand',
      extrapolated: false,
    });
  });

  it('budget is a quantile where enough scores lie above it', () => {
    const uniform = describeScores(Array.from({ length: 1001 }, (_, i) => i));
    // 20 of 1000 a day: 2 %, which 20 of the 1001 scores exceed
    const { value, text, extrapolated } = thresholdOf({ method: 'budget', perDay: 20, segmentsPerDay: 1000 }, uniform);
    close(value, 980);
    assert.equal(extrapolated, false);
    assert.equal(text, '20 false alarms a day allowed, by 1001 normal segments');
  });

  it('budget follows an exponential tail beyond the scores seen', () => {
    const perDay = 1;
    const segmentsPerDay = 43_200; // every 2 s
    for (const scale of [1, 0.003]) {
      const { value, text, extrapolated } = thresholdOf(
        { method: 'budget', perDay, segmentsPerDay },
        exponential(1000, scale),
      );
      // P(score > x) = exp(−x/scale) = 1/43200
      close(value / (scale * Math.log(segmentsPerDay)), 1, 0.02);
      assert.equal(extrapolated, true);
      assert.equal(text, '1 false alarm a day allowed, extrapolated from 1000 normal segments');
    }
  });

  it('budget’s tail fit, by hand on twenty scores', () => {
    // 1…20: the ten highest are the tail. Level: position 0.5·19 = 9.5, so 10.5; excesses 0.5 … 9.5, mean 5; ζ = 0.5.
    const twenty = describeScores(Array.from({ length: 20 }, (_, i) => i + 1));
    const { value } = thresholdOf({ method: 'budget', perDay: 1, segmentsPerDay: 1000 }, twenty);
    close(value, 10.5 + 5 * Math.log(0.5 * 1000), 1e-9);
  });

  it('budget keeps its promise on the distribution it was made from', () => {
    const normal = exponential(2000, 1);
    const { value } = thresholdOf({ method: 'budget', perDay: 100, segmentsPerDay: 43_200 }, normal);
    close((Math.exp(-value) * 43_200) / 100, 1, 0.1);
  });

  it('budget falls as more alarms are allowed, down to everything', () => {
    const normal = exponential(200, 1);
    const values = [0.01, 0.1, 1, 10, 100, 1000, 43_200, 1e6].map(
      perDay => thresholdOf({ method: 'budget', perDay, segmentsPerDay: 43_200 }, normal).value,
    );
    for (let i = 1; i < values.length; i++) assert.ok(values[i] <= values[i - 1], values.join(' '));
    assert.equal(values.at(-1), normal.min);
  });

  it('budget on scores that are all the same is that score', () => {
    const same = describeScores(new Array(50).fill(3));
    assert.equal(thresholdOf({ method: 'budget', perDay: 1, segmentsPerDay: 43_200 }, same).value, 3);
  });

  it('say when there are too few scores', () => {
    const rule = { method: 'budget', perDay: 1, segmentsPerDay: 43_200 } as const;
    assert.throws(() => thresholdOf(rule, scores), { name: 'UserError', code: 'too-few-scores', message: /8 normal/ });
    assert.throws(() => thresholdOf({ method: 'mean-std', k: 2 }), { name: 'UserError', code: 'too-few-scores' });
  });
});
