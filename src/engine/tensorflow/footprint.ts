// How much memory a training on TensorFlow takes. It keeps the result of every function until the gradients are made,
// where our own kernels work in place, so it is reckoned as a multiple of what they take.
import type { Architecture } from '../architecture';
import { parameterTable } from '../parameters';
import { trainingBytes } from '../plan';

/** Times what our kernels take for an example, without and with batch normalisation. Measured with tf.profile: 3.2 to 3.6, and 7.3 to 7.5. */
const PER_EXAMPLE = { plain: 4, batchNorm: 8 } as const;
/** Copies of the largest parameter in between while Adam updates it. */
const UPDATE_COPIES = 6;

/** What a training needs, in bytes, per example that goes through at once and besides. */
export function tensorflowTrainingBytes(architecture: Architecture): { perExample: number; fixed: number } {
  const { perExample, fixed } = trainingBytes(architecture, 1);
  const hasBatchNorm = [...architecture.encoder, ...architecture.decoder].some(spec => spec.batchNorm);
  const sizes = parameterTable(architecture).list.map(({ size }) => size * Float32Array.BYTES_PER_ELEMENT);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  // Either Adam's copies, or, before it, the gradients of one more micro-batch and their sum.
  const extra = Math.max(UPDATE_COPIES * Math.max(...sizes), 2 * total);
  return { perExample: perExample * (hasBatchNorm ? PER_EXAMPLE.batchNorm : PER_EXAMPLE.plain), fixed: fixed + extra };
}
