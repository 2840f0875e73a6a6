// The settings of published systems that forms fill in: they give what their names promise, and the runtime takes them.
import assert from 'node:assert/strict';
import { RECIPES as SPECTROGRAMS } from '#nodes/spectrogram/recipes';
import { RECIPES as TRAININGS } from '#nodes/vae-train/recipes';
import { readVaeTrain } from '#nodes/vae-train/vae-train-config';
import { Spectrogram } from '#src/dsp/spectrogram';
import { buildArchitecture } from '#src/engine/architecture';

const RATE = 22_050;

describe('settings that the forms fill in', () => {
  for (const [name, seconds, shape] of [
    ['oneClass1', 1, [128, 44]],
    ['oneClass2', 2, [128, 87]],
    ['oneClass3', 3, [128, 130]],
    ['autoencoder', 0.74, [512, 64]],
  ] as const) {
    it(`spectrogram, ${name}: ${seconds} s fill ${shape.join(' × ')}`, () => {
      const spectrogram = new Spectrogram({ ...SPECTROGRAMS[name], sampleRate: RATE });
      const samples = Math.round(seconds * RATE);
      assert.equal(spectrogram.naturalFrames(samples), shape[1]);
      const { values, info } = spectrogram.compute(
        Float32Array.from({ length: samples }, (_, i) => Math.sin(i ** 1.3)),
      );
      assert.deepEqual(info.shape, shape);
      assert.equal(Math.min(...values), 0);
      assert.equal(Math.max(...values), 1);
    });
  }

  it('vae-train, oneClass: the mirrored network with the training of its source', () => {
    const { network, options } = readVaeTrain(TRAININGS.oneClass);
    const { encoder, latentDim } = buildArchitecture([128, 130], network);
    assert.deepEqual(
      encoder.map(({ coarse, kernel, stride, batchNorm }) => [coarse[2], kernel, stride, batchNorm]),
      [512, 256, 128, 64, 32].map((filters, i) => [filters, 3, i < 4 ? 2 : 1, true]),
    );
    assert.equal(latentDim, 128);
    const { epochs, batchSize, learningRate, weightDecay, rlWeight, klWeight, validationSplit, earlyStopping } =
      options;
    assert.deepEqual([epochs, batchSize, learningRate, weightDecay], [50, 64, 1e-2, 5e-4]);
    assert.deepEqual([rlWeight, klWeight, validationSplit, earlyStopping], [1e8, batchSize, 0.3, 'prechelt']);
  });
});
