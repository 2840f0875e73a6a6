// The memory reckoned for a training on TensorFlow against what TensorFlow itself says it took.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { networkDefaults } from '#src/detectors/vae/defaults';
import { type Architecture, buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import { microBatchSize } from '#src/engine/memory-budget';
import { TensorflowEngine } from '#src/engine/tensorflow/engine';
import { tensorflowTrainingBytes } from '#src/engine/tensorflow/footprint';
import { loadTensorflow } from '#src/engine/tensorflow/load';
import { Random } from '#src/stats/random';
import { plainTensorflow } from '../../support/tensorflow';

const GIB = 2 ** 30;
const custom = (rest: Partial<NetworkOptions>): NetworkOptions => ({
  ...{ preset: 'custom', filters: [8, 16], kernels: [3, 3], strides: [2, 2], latentDim: 8 },
  ...{ batchNorm: false, variational: true },
  ...rest,
});

/** The most bytes at a time during one step of training. */
async function peakBytes(architecture: Architecture, batch: number): Promise<number> {
  const engine = await TensorflowEngine.create(loadTensorflow(plainTensorflow().folders), architecture, { batch });
  engine.initialise(new Random(1));
  const { peakBytes } = await tf.profile(() => {
    engine.gradients(batch, true, 1, 1, new Random(1));
    engine.update(1e-3, 1);
    return tf.scalar(0);
  });
  await engine.close();
  return peakBytes;
}

describe('memory of a training on TensorFlow', function () {
  this.timeout(60_000);

  for (const [name, options] of Object.entries({
    'without batch norm': custom({}),
    'with stride 1': custom({ strides: [1, 1] }),
    'with batch norm': custom({ batchNorm: true }),
  })) {
    it(`is reckoned as enough and not far too much ${name}`, async () => {
      const architecture = buildArchitecture([16, 12], options);
      const { perExample, fixed } = tensorflowTrainingBytes(architecture);
      for (const batch of [2, 6]) {
        const taken = await peakBytes(architecture, batch);
        const reckoned = fixed + batch * perExample;
        assert.ok(taken <= reckoned && reckoned <= 3 * taken, `batch ${batch}: ${taken} taken, ${reckoned} reckoned`);
      }
    });
  }

  it('makes micro-batches smaller than our own kernels need them', () => {
    const office = buildArchitecture([513, 128], networkDefaults('office'));
    const ours = microBatchSize(office, 32, 2, 16 * GIB);
    const theirs = microBatchSize(office, 32, 2, 16 * GIB, 'tensorflow');
    assert.ok(theirs >= 1 && theirs < ours, `${theirs}, ours ${ours}`);
  });

  it('may be more than WebAssembly can address', () => {
    const mirrored = buildArchitecture([128, 128], networkDefaults('mirrored'));
    assert.equal(microBatchSize(mirrored, 16, 2, 64 * GIB, 'tensorflow'), 16);
  });

  it('is refused where it does not fit, with what to change', () => {
    const mirrored = buildArchitecture([128, 128], networkDefaults('mirrored'));
    assert.throws(() => microBatchSize(mirrored, 16, 2, GIB / 8, 'tensorflow'), /takes \d+ MB.*Choose the compact/s);
  });
});
