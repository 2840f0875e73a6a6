// Trainings with a mixture prior, and trainings that collapse: really trained, on small pictures of a few kinds.
import assert from 'node:assert/strict';
import { trainingDefaults } from '#src/detectors/vae/defaults';
import type { ExampleSource } from '#src/detectors/vae/input-scale';
import { warmUpEpochs } from '#src/detectors/vae/mixture-training';
import { modelWarnings } from '#src/detectors/vae/model-warnings';
import { type TrainingOptions, type TrainingProgress, train } from '#src/detectors/vae/train';
import type { NetworkOptions } from '#src/engine/architecture';
import { MIXTURE_TENSORS, mixtureOf } from '#src/engine/prior-tensors';
import { mixtureWeights } from '#src/stats/mixture';
import { Random } from '#src/stats/random';
import { frontEnd } from '../../support/spectrograms';

const BINS = 16;
const FRAMES = 16;
const network: NetworkOptions = {
  ...{ preset: 'custom', filters: [6, 8], kernels: [3, 3], strides: [2, 2], latentDim: 4 },
  ...{ batchNorm: false, variational: true },
};
const mixture = (components: number, rest: Partial<NetworkOptions> = {}): NetworkOptions => ({
  ...network,
  prior: { kind: 'mixture', components },
  ...rest,
});

/** Pictures of `kinds` kinds, each a bright band at a height of its own, in dB with some noise. */
function bands(count: number, kinds: number, noise = 1): ExampleSource {
  const random = new Random(99);
  const pictures = Array.from({ length: count }, (_, p) =>
    Float32Array.from({ length: BINS * FRAMES }, (_, i) => {
      const inside = Math.floor(Math.floor(i / FRAMES) / (BINS / kinds)) === p % kinds;
      return (inside ? -20 : -50) + noise * random.normal();
    }),
  );
  return {
    count,
    exampleLength: BINS * FRAMES,
    read: (index, into, offset = 0) => into.set(pictures[index], offset),
  };
}

async function run(source: ExampleSource, chosen: NetworkOptions, rest: Partial<TrainingOptions>) {
  const options = { ...trainingDefaults('compact'), batchSize: 8, threads: 1, ...rest };
  const progress: TrainingProgress[] = [];
  const trained = await train(
    source,
    frontEnd([BINS, FRAMES]),
    chosen,
    options,
    p => progress.push(p),
    () => false,
  );
  const tensors = trained.engine.parameters();
  await trained.engine.close();
  return { trained, tensors, progress, warnings: modelWarnings(trained, options) };
}

describe('training with a mixture prior', function () {
  this.timeout(120_000);

  it('warms up, then trains means, variances and weights, and tells how many components live', async () => {
    const { progress, tensors, trained } = await run(bands(48, 4), mixture(4), { epochs: 200, rlWeight: 1e3 });
    const epochs = progress.filter(({ phase }) => phase === 'training');
    const warmUp = warmUpEpochs(200);
    assert.equal(warmUp, 40);
    assert.ok(epochs.slice(0, warmUp).every(p => p.mixture === undefined));
    assert.ok(epochs.slice(warmUp).every(p => p.mixture?.components === 4 && p.mixture.live >= 1));
    assert.equal(trained.mixture?.live, 4);
    assert.ok(trained.rl < 0.5 * epochs[0].rl, `rl ${epochs[0].rl} → ${trained.rl}`);

    const weights = mixtureWeights(mixtureOf(tensors).logits);
    for (const weight of weights) assert.ok(Math.abs(weight - 0.25) < 0.1, `weights ${[...weights]}`);
  });

  it('finds the kinds of sound: a lower divergence than the standard normal distribution at the same error', async () => {
    const [normal, mixed] = [
      await run(bands(48, 4), network, { epochs: 200, rlWeight: 1e4 }),
      await run(bands(48, 4), mixture(4), { epochs: 200, rlWeight: 1e4 }),
    ];
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [klNormal, klMixed] = [normal, mixed].map(({ trained }) => mean(trained.scores.kl));
    console.log(`      kl ${klNormal.toFixed(2)} with the standard normal, ${klMixed.toFixed(2)} with the mixture`);
    assert.ok(mixed.trained.scores.kl.every(kl => kl >= 0));
    // Which of four kinds it is takes log 4 = 1.4 nats to say.
    assert.ok(klMixed < 0.3 * klNormal && klMixed > Math.log(4));
    assert.ok(mixed.trained.rl < 1.2 * normal.trained.rl);
  });

  it('trains the mixture too after its start', async () => {
    const start = await run(bands(48, 4), mixture(4), { epochs: 10 });
    const end = await run(bands(48, 4), mixture(4), { epochs: 14 });
    // Both start the mixture after two epochs, so they share it; the longer training moves it on.
    assert.equal(warmUpEpochs(10), warmUpEpochs(14));
    for (const name of Object.values(MIXTURE_TENSORS)) {
      assert.notDeepEqual(end.tensors[name].data, start.tensors[name].data, name);
    }
  });

  it('comes to the same with any number of threads, and to the same bits with the same seed', async () => {
    const once = await run(bands(24, 3), mixture(3), { epochs: 6 });
    const again = await run(bands(24, 3), mixture(3), { epochs: 6 });
    assert.deepEqual(again.tensors, once.tensors);
    for (const threads of [2, 3]) {
      const { trained } = await run(bands(24, 3), mixture(3), { epochs: 6, threads });
      assert.ok(Math.abs(trained.loss / once.trained.loss - 1) < 1e-4, `${trained.loss}, ${once.trained.loss}`);
    }
  });

  it('refuses more components than segments, one epoch, and a plain autoencoder', async () => {
    await assert.rejects(run(bands(8, 2), mixture(9), {}), /9 components, but there are only 8 segments/);
    await assert.rejects(run(bands(8, 2), mixture(2), { epochs: 1 }), /at least 2 epochs/);
    await assert.rejects(run(bands(8, 2), mixture(2, { variational: false }), {}), /Switch Variational on/);
  });

  it('notices components that have died, and says how many are left', async () => {
    const { trained, warnings } = await run(bands(48, 4), mixture(4), { epochs: 60, rlWeight: 1e5 });
    const live = trained.mixture?.live ?? 0;
    assert.ok(live > 0 && live < 4, `${live} live`);
    const said = `${4 - live} of the 4 components of the mixture prior (has|have) died.*the other ${live}`;
    assert.match(warnings.join('\n'), new RegExp(said));
  });

  it('ends with an error where every component has shrunk to one segment', async () => {
    // As many components as segments and an error that weighs far more than the divergence: nothing is common any more.
    const settings = { epochs: 3000, rlWeight: 1e9, learningRate: 1e-2 };
    const ending = run(bands(4, 4, 0), mixture(4, { latentDim: 1 }), settings);
    await assert.rejects(ending, /mixture prior has collapsed: none of its 4 components is live.*Lower components/);
  });
});

describe('posterior collapse', function () {
  this.timeout(120_000);

  for (const [name, chosen] of [
    ['a standard normal prior', network],
    ['a mixture prior', mixture(3)],
  ] as const) {
    it(`is noticed with ${name}, and what to change is said`, async () => {
      const { trained, warnings } = await run(bands(48, 4), chosen, { epochs: 40, rlWeight: 1, klWeight: 10 });
      assert.deepEqual(trained.latentUse, { dimensions: 4, active: 0 });
      assert.match(
        warnings[0],
        /collapsed: none of its 4 latent values .*Raise rl weight \(now 1\).*kl weight \(now 10\)/,
      );
      const mean = trained.scores.kl.reduce((sum, kl) => sum + kl, 0) / 48;
      assert.ok(mean < 0.1, `kl ${mean}`);
    });
  }

  it('is not seen where a model works', async () => {
    const { trained, warnings } = await run(bands(48, 4), network, { epochs: 20 });
    assert.ok((trained.latentUse?.active ?? 0) >= 1);
    assert.deepEqual(warnings, []);
  });

  it('has no meaning for a plain autoencoder', async () => {
    const { trained, warnings } = await run(bands(24, 4), { ...network, variational: false }, { epochs: 3 });
    assert.equal(trained.latentUse, undefined);
    assert.deepEqual(warnings, []);
  });
});
