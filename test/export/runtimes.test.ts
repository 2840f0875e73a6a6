// Exported files in the runtimes they are made for, onnxruntime and LiteRT, against our own engine: the same picture
// gets the same score.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ExportJob } from '#src/jobs/export-job';
import { type RuntimeOutput, runModel } from '../support/model-runtime';
import { tempFolder } from '../support/temp';
import { type TestModel, type TestModelOptions, testModel } from './models';

/** Relative to the largest value of each output. */
const TOLERANCE = 1e-4;

const CASES: Record<string, TestModelOptions> = {
  'compact at its real size': { preset: 'compact', shape: [128, 128] },
  'compact, most columns padding': { preset: 'compact', shape: [128, 128], columns: 47 },
  'office, small pictures': { preset: 'office', shape: [40, 24], latentDim: 8 },
  'mirrored: batch norm, strided transposed convolutions': { preset: 'mirrored', shape: [32, 22] },
  'mirrored at its real size': { preset: 'mirrored', shape: [128, 87], pictureCount: 1 },
  'a plain autoencoder': { preset: 'compact', shape: [32, 32], variational: false },
  'a mixture as the prior': { preset: 'compact', shape: [32, 32], prior: { kind: 'mixture', components: 10 } },
  'odd sizes, stride 3, kernels of different sizes': {
    ...{ preset: 'custom', shape: [65, 43], filters: [6, 9, 4], kernels: [3, 5, 4], strides: [3, 2, 3] },
    ...{ batchNorm: true, latentDim: 5 },
  },
  'strides wider than the kernels': {
    ...{ preset: 'custom', shape: [31, 29], filters: [8, 8], kernels: [2, 1], strides: [3, 2], latentDim: 4 },
  },
  'one pixel wide': { preset: 'custom', shape: [9, 1], filters: [3], kernels: [3], strides: [1], latentDim: 2 },
};

async function exported(model: TestModel, format: 'onnx' | 'tflite'): Promise<Record<string, RuntimeOutput>[]> {
  const file = join(tempFolder('export'), `model.${format}`);
  await new ExportJob({ model: model.file, format, file }, () => {}).result;
  return runModel(
    file,
    model.pictures.map(values => ({ values, shape: [1, ...model.frontEnd.shape, 1] })),
  );
}

function assertClose(got: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(got.length, expected.length, what);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < got.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    // Not Math.max: NaN must not get lost.
    if (!(Math.abs(got[i] - expected[i]) <= difference)) difference = Math.abs(got[i] - expected[i]);
  }
  assert.ok(difference <= TOLERANCE * largest, `${what} is off by ${difference} of ${largest}`);
}

function assertScores(model: TestModel, results: Record<string, RuntimeOutput>[]): void {
  const { architecture, scale, scores, frontEnd } = model;
  assert.equal(results.length, scores.length);
  for (const [i, { reconstruction, mu, rl, kl }] of results.entries()) {
    const expected = scores[i];
    assert.deepEqual([...reconstruction.dims], [1, frontEnd.shape[0], scale.columns, 1]);
    assert.deepEqual([...mu.dims], [1, architecture.latentDim]);
    assert.deepEqual([...rl.dims], [1]);
    assertClose(reconstruction.data, expected.reconstruction, `reconstruction ${i}`);
    assertClose(mu.data, expected.latent, `mu ${i}`);
    assertClose(rl.data, [expected.rl], `rl ${i}`);
    if (architecture.variational) assertClose(kl.data, [expected.kl], `kl ${i}`);
    else assert.equal(kl, undefined, 'a plain autoencoder has no divergence');
  }
}

describe('exported files', function () {
  this.timeout(120_000);

  for (const [title, options] of Object.entries(CASES)) {
    describe(title, () => {
      let model: TestModel;
      before(async () => {
        model = await testModel(options);
      });
      it('scores the same in onnxruntime', async () => assertScores(model, await exported(model, 'onnx')));
      it('scores the same in LiteRT', async () => assertScores(model, await exported(model, 'tflite')));
    });
  }
});
