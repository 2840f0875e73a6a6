// What a model draws from latent values: the same as it draws when it scores, on both engines, and on the scale of the
// pictures it was trained on.
import assert from 'node:assert/strict';
import { scaleInput, unscaleOutput } from '#src/detectors/vae/input-scale';
import { buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import type { ComputeEngine } from '#src/engine/compute-engine';
import { chooseEngine } from '#src/engine/create-engine';
import { Engine } from '#src/engine/engine';
import { Random } from '#src/stats/random';
import { frontEnd } from '../../support/spectrograms';
import { plainTensorflow } from '../../support/tensorflow';

const BATCH = 3;
const OPTIONS: NetworkOptions = {
  ...{ preset: 'custom', filters: [6, 8], kernels: [3, 3], strides: [2, 2], latentDim: 3 },
  ...{ batchNorm: true, variational: true },
};

function fillInput({ input }: ComputeEngine): void {
  const random = new Random(4);
  for (let i = 0; i < input.length; i++) input[i] = random.uniform();
}

/** Scores a batch, then draws the latent values that came of it; both reconstructions. */
function scoredAndDrawn(engine: ComputeEngine): { scored: Float32Array; drawn: Float32Array } {
  engine.initialise(new Random(1));
  fillInput(engine);
  const scores = engine.score(BATCH);
  const scored = engine.reconstruction.slice();
  // In between something else is drawn, so that nothing can be left over.
  engine.decode(new Float32Array(BATCH * OPTIONS.latentDim));
  assert.notDeepEqual(engine.reconstruction.slice(), scored);
  engine.decode(Float32Array.from(scores.flatMap(({ latent }) => latent)));
  return { scored, drawn: engine.reconstruction.slice() };
}

describe('drawing from latent values', () => {
  for (const variational of [true, false]) {
    for (const threads of [1, 2]) {
      it(`gives what scoring gives, ${variational ? 'variational' : 'plain'}, ${threads} threads`, async () => {
        const architecture = buildArchitecture([13, 11], { ...OPTIONS, variational });
        const engine = await Engine.create(architecture, { batch: BATCH, threads });
        try {
          const { scored, drawn } = scoredAndDrawn(engine);
          assert.deepEqual(drawn, scored);
        } finally {
          await engine.close();
        }
      });
    }
  }

  it('draws fewer than a batch', async () => {
    const engine = await Engine.create(buildArchitecture([12, 8], OPTIONS), { batch: BATCH });
    engine.initialise(new Random(1));
    const latents = Float32Array.from({ length: BATCH * OPTIONS.latentDim }, (_, i) => Math.sin(i));
    engine.decode(latents);
    const all = engine.reconstruction.slice(0, engine.elements);
    engine.decode(latents.subarray(0, OPTIONS.latentDim));
    assert.deepEqual(engine.reconstruction.slice(0, engine.elements), all);
    await engine.close();
  });

  it('gives the same on TensorFlow', async function () {
    this.timeout(20_000);
    const architecture = buildArchitecture([13, 11], OPTIONS);
    const ours = await Engine.create(architecture, { batch: BATCH });
    const theirs = await chooseEngine(plainTensorflow()).create(architecture, { batch: BATCH });
    const [a, b] = [scoredAndDrawn(ours), scoredAndDrawn(theirs)];
    const most = a.drawn.reduce((m, value, i) => Math.max(m, Math.abs(value - b.drawn[i])), 0);
    console.log(`      largest difference between the engines: ${most.toExponential(1)}`);
    assert.ok(most < 1e-4);
    assert.deepEqual(b.drawn, b.scored);
    await Promise.all([ours.close(), theirs.close()]);
  });
});

describe('the way back from the scale of the network', () => {
  it('undoes the scaling, and pads as the spectrogram does', () => {
    const picture = Float32Array.of(-60, -40, -100, -50, -30, -100);
    const scale = { low: -60, high: -20, frames: 2 };
    const scaled = new Float32Array(6);
    scaleInput(picture, [2, 3], scale, scaled, 2);
    assert.deepEqual(unscaleOutput(scaled, 2, frontEnd([2, 3]), scale), picture);
  });

  it('leaves pictures from 0 to 1 as they are, padding at 0', () => {
    const drawn = Float32Array.of(0.25, 0.5, 0.75, 1);
    const scale = { low: 0, high: 1, frames: 2 };
    assert.deepEqual(
      unscaleOutput(drawn, 0, frontEnd([2, 3], { normalize: 'minmax' }), scale),
      Float32Array.of(0.25, 0.5, 0, 0.75, 1, 0),
    );
  });
});
