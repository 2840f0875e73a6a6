import assert from 'node:assert/strict';
import { type Model, samplePrior } from '#src/detectors/vae/prior';
import { buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import { componentDeviation, logVarianceOf } from '#src/stats/mixture';
import { Random } from '#src/stats/random';

const architecture = (rest: Partial<NetworkOptions> = {}) =>
  buildArchitecture([8, 8], {
    ...{
      preset: 'custom',
      filters: [4],
      kernels: [3],
      strides: [2],
      latentDim: 2,
      batchNorm: false,
      variational: true,
    },
    ...rest,
  });
const COUNT = 4000;

/** Each draw by itself. */
function drawn(model: Model): Float32Array[] {
  const all = samplePrior(model, COUNT, new Random(3));
  return Array.from({ length: COUNT }, (_, i) => all.subarray(2 * i, 2 * i + 2));
}

function statistics(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

describe('draws from the prior', () => {
  it('are standard normal where the prior is', () => {
    const draws = drawn({ architecture: architecture(), tensors: {} });
    const { mean, deviation } = statistics(draws.map(z => z[1]));
    assert.equal(draws[0].length, 2);
    assert.ok(Math.abs(mean) < 0.06 && Math.abs(deviation - 1) < 0.05, `${mean} ± ${deviation}`);
  });

  it('fall to the components of a mixture by their weights, with their means and variances', () => {
    const logVariance = (deviation: number) => logVarianceOf(deviation * deviation);
    const tensors = {
      'prior.means': { shape: [2, 2], data: Float32Array.of(-20, 1, 20, 2) },
      'prior.logVariances': {
        shape: [2, 2],
        data: Float32Array.of(logVariance(0.5), logVariance(2), logVariance(3), logVariance(0.1)),
      },
      'prior.logits': { shape: [2], data: Float32Array.of(Math.log(0.25), Math.log(0.75)) },
    };
    assert.ok(Math.abs(componentDeviation(logVariance(0.5)) - 0.5) < 1e-6);
    const model = { architecture: architecture({ prior: { kind: 'mixture', components: 2 } }), tensors };
    const draws = drawn(model);
    const [left, right] = [draws.filter(z => z[0] < 0), draws.filter(z => z[0] >= 0)];
    assert.ok(Math.abs(left.length / COUNT - 0.25) < 0.03, `${left.length} of ${COUNT}`);
    const check = (group: Float32Array[], i: number, expected: { mean: number; deviation: number }) => {
      const got = statistics(group.map(z => z[i]));
      assert.ok(Math.abs(got.mean - expected.mean) < 0.2, `mean ${got.mean}, expected ${expected.mean}`);
      assert.ok(Math.abs(got.deviation / expected.deviation - 1) < 0.1, `deviation ${got.deviation}`);
    };
    check(left, 0, { mean: -20, deviation: 0.5 });
    check(left, 1, { mean: 1, deviation: 2 });
    check(right, 0, { mean: 20, deviation: 3 });
    check(right, 1, { mean: 2, deviation: 0.1 });
    assert.deepEqual(samplePrior(model, 2, new Random(9)), samplePrior(model, 2, new Random(9)));
  });

  it('are refused for a plain autoencoder', () => {
    const model = { architecture: architecture({ variational: false }), tensors: {} };
    assert.throws(() => samplePrior(model, 1, new Random(1)), /plain autoencoder.*Train with "variational" on/);
  });
});
