// Exported files in the runtimes they are made for, onnxruntime and LiteRT, against our own engine: the same picture
// gets the same score.
import { assertScores, exported } from './compare';
import { type TestModel, type TestModelOptions, testModel } from './models';

const CASES: Record<string, TestModelOptions> = {
  'compact at its real size': { preset: 'compact', shape: [128, 128] },
  'compact, most frames padding': { preset: 'compact', shape: [128, 128], frames: 47 },
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
