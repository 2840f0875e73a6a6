// The mixture prior's mathematics, against finite differences, numerical integration and brute sampling.
import assert from 'node:assert/strict';
import { sample, sampleGradient } from '#src/engine/latent';
import {
  liveComponents,
  logVarianceOf,
  MIXTURE_VARIANCE_FLOOR,
  Mixture,
  type MixtureValues,
  mixtureWeights,
} from '#src/stats/mixture';
import { Random } from '#src/stats/random';

const LATENT = 3;

function someMixture(components = 4, latent = LATENT): MixtureValues {
  const random = new Random(12);
  const normal = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * random.normal());
  return {
    means: normal(components * latent, 1.5),
    logVariances: normal(components * latent, 0.8),
    logits: normal(components, 0.7),
  };
}

const standardNormal = (components: number, latent: number): MixtureValues => ({
  means: new Float32Array(components * latent),
  logVariances: new Float32Array(components * latent).fill(logVarianceOf(1)),
  logits: Float32Array.from({ length: components }, (_, k) => 0.3 * k),
});

const blank = ({ means, logVariances, logits }: MixtureValues): MixtureValues => ({
  means: new Float32Array(means.length),
  logVariances: new Float32Array(logVariances.length),
  logits: new Float32Array(logits.length),
});

describe('mixture prior', () => {
  it('has a density that sums to 1', () => {
    const mixture = new Mixture(someMixture(4, 1));
    let sum = 0;
    const step = 0.001;
    for (let z = -40; z < 40; z += step) sum += Math.exp(mixture.logDensity([z])) * step;
    assert.ok(Math.abs(sum - 1) < 1e-6, String(sum));
  });

  it('has gradients equal to finite differences, for heads, means, variances and weights', () => {
    const values = someMixture();
    const count = 5;
    const random = new Random(8);
    const heads = Float32Array.from({ length: count * 2 * LATENT }, () => 0.8 * random.normal());
    heads[2 * LATENT + LATENT] = 11; // beyond the limit of log σ²: no gradient
    const epsilon = Float32Array.from({ length: count * LATENT }, () => random.normal());
    const dz = new Float32Array(count * LATENT);
    const scale = 0.7;
    const loss = (): number => {
      const kl = new Float64Array(count);
      sample(heads, count, LATENT, true, epsilon, new Float32Array(count * LATENT), kl, new Mixture(values));
      return scale * kl.reduce((sum, value) => sum + value, 0);
    };
    const gradient = blank(values);
    const dHeads = new Float32Array(heads.length);
    const prior = { mixture: new Mixture(values), gradient };
    sampleGradient(heads, dz, count, LATENT, true, epsilon, scale, dHeads, prior);

    const check = (name: string, parameters: Float32Array, got: Float32Array): void => {
      const largest = Math.max(...got.map(Math.abs));
      parameters.forEach((value, i) => {
        const h = 1e-3;
        const at = (moved: number): [number, number] => {
          parameters[i] = moved;
          // The step as float32 has it.
          return [loss(), parameters[i]];
        };
        const [[above, high], [below, low]] = [at(value + h), at(value - h)];
        parameters[i] = value;
        const expected = (above - below) / (high - low);
        assert.ok(Math.abs(got[i] - expected) < 2e-3 * largest, `${name}[${i}]: ${got[i]}, expected ${expected}`);
      });
    };
    check('heads', heads, dHeads);
    check('means', values.means, gradient.means);
    check('logVariances', values.logVariances, gradient.logVariances);
    check('logits', values.logits, gradient.logits);
    assert.equal(dHeads[2 * LATENT + LATENT], 0);
  });

  it('gives the closed form of the standard normal distribution where it is one', () => {
    const heads = Float32Array.of(0.4, -1.2, 2, 0.3, -0.7, -3);
    const [normal, mixed] = [undefined, new Mixture(standardNormal(5, LATENT))].map(mixture => {
      const kl = new Float64Array(1);
      sample(heads, 1, LATENT, true, undefined, new Float32Array(LATENT), kl, mixture);
      return kl[0];
    });
    assert.ok(Math.abs(mixed - normal) < 1e-6, `${mixed}, ${normal}`);
  });

  it('scores a segment by a divergence that lies a little above the true one, and is never negative', () => {
    const mixture = new Mixture(someMixture());
    const random = new Random(4);
    for (let trial = 0; trial < 10; trial++) {
      // A segment's own distribution is narrow beside a component, mostly.
      const narrow = trial < 8;
      const heads = Float32Array.from({ length: 2 * LATENT }, (_, i) =>
        i < LATENT ? 1.5 * random.normal() : 0.7 * random.normal() - (narrow ? 3 : 0),
      );
      const count = 20_000;
      const many = new Float32Array(count * heads.length).map((_, i) => heads[i % heads.length]);
      const epsilon = Float32Array.from({ length: count * LATENT }, () => random.normal());
      const samples = new Float64Array(count);
      sample(many, count, LATENT, true, epsilon, new Float32Array(count * LATENT), samples, mixture);
      const truth = samples.reduce((sum, kl) => sum + kl, 0) / count;
      const error = Math.sqrt(samples.reduce((sum, kl) => sum + (kl - truth) ** 2, 0)) / count;
      const score = mixture.divergence(heads.subarray(0, LATENT), heads.subarray(LATENT));
      assert.ok(score >= 0 && score > truth - 4 * error, `${score} is below ${truth} ± ${error}`);
      assert.ok(!narrow || score < truth + 0.2 + 4 * error, `${score} is far above ${truth}`);
    }
  });

  it('stays finite far away from all components', () => {
    const mixture = new Mixture(someMixture());
    assert.ok(Number.isFinite(mixture.logDensity([1e4, -1e4, 1e4])));
    assert.ok(Number.isFinite(mixture.divergence([1e4, -1e4, 1e4], [-10, 10, 0])));
  });

  it('keeps variances above their floor', () => {
    const values = someMixture(1, 1);
    values.means[0] = 0;
    values.logVariances[0] = -1e6;
    const peak = -0.5 * Math.log(2 * Math.PI * MIXTURE_VARIANCE_FLOOR);
    assert.ok(Math.abs(new Mixture(values).logDensity([0]) - peak) < 1e-6);
  });

  it('says how much of the examples each component accounted for', () => {
    const values: MixtureValues = {
      means: Float32Array.of(-10, 0, 10),
      logVariances: new Float32Array(3),
      logits: new Float32Array(3),
    };
    const mixture = new Mixture(values);
    for (const z of [-10, -9.5, 10, -10.5]) mixture.addGradient([z], 1, new Float64Array(1), blank(values));
    assert.deepEqual(
      [...mixture.takeShares()].map(share => Math.round(share * 1e6) / 1e6),
      [0.75, 0, 0.25],
    );
  });
});

describe('live components', () => {
  const values = (): MixtureValues => someMixture(4, 2);
  const shares = Float64Array.of(0.5, 0.4, 0.09, 0.01);

  it('account for a tenth of their equal share or more', () => {
    assert.equal(liveComponents({ values: values(), shares }), 3);
  });

  it('have finite numbers, and a width in some dimension', () => {
    const broken = values();
    broken.means[0] = Number.NaN;
    broken.logVariances.fill(-20, 2, 4);
    assert.equal(liveComponents({ values: broken, shares }), 1);
    broken.logVariances[3] = 0;
    assert.equal(liveComponents({ values: broken, shares }), 2);
    assert.equal(liveComponents({ values: values(), shares: new Float64Array(4).fill(Number.NaN) }), 0);
  });
});

describe('mixture weights', () => {
  it('sum to 1, whatever the logits', () => {
    for (const logits of [[0, 0], [800, -800, 3], [-1000]]) {
      const sum = mixtureWeights(logits).reduce((total, weight) => total + weight, 0);
      assert.ok(Math.abs(sum - 1) < 1e-12, String(sum));
    }
  });
});
