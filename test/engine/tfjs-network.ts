// The same networks on tfjs' cpu back end: the oracle for our layers and gradients.
import * as tf from '@tensorflow/tfjs';
import type { Architecture, ConvSpec } from '#src/engine/architecture';
import { LOG_VARIANCE_LIMIT } from '#src/engine/latent';
import { MIXTURE_VARIANCE_FLOOR } from '#src/stats/mixture';
import type { Tensor } from '#src/store/safetensors';

const BATCH_NORM_EPSILON = 1e-3;

export interface OracleResult {
  /** Sums over the examples, as Engine.gradients gives them. */
  rl: number;
  kl: number;
  gradients: Record<string, Float32Array>;
  reconstruction: Float32Array;
}

type Named = Record<string, tf.Tensor>;

function block(x: tf.Tensor4D, spec: ConvSpec, name: string, weights: Named, batch: number, up: boolean): tf.Tensor4D {
  const kernel = weights[`${name}.weight`] as tf.Tensor4D;
  const [h, w, c] = spec.fine;
  let y = up
    ? tf.conv2dTranspose(x, kernel, [batch, h, w, c], spec.stride, 'same')
    : tf.conv2d(x, kernel, spec.stride, 'same');
  y = tf.add(y, weights[`${name}.bias`]);
  y = spec.activation === 'relu' ? tf.relu(y) : tf.sigmoid(y);
  if (!spec.batchNorm) return y;
  const { mean, variance } = tf.moments(y, [0, 1, 2]);
  const normal = tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  return tf.add(tf.mul(normal, weights[`${name}.gamma`]), weights[`${name}.beta`]);
}

/** Σ over the examples of log p(z) under the mixture among the weights. */
function mixtureLogDensity(z: tf.Tensor2D, weights: Named): tf.Scalar {
  const [batch, latent] = z.shape;
  const variance = tf.add(tf.exp(weights['prior.logVariances']), MIXTURE_VARIANCE_FLOOR);
  const distance = tf.sub(z.reshape([batch, 1, latent]), weights['prior.means'].expandDims(0));
  const exponent = tf.add(tf.div(tf.square(distance), variance), tf.log(tf.mul(2 * Math.PI, variance)));
  const logWeights = tf.logSoftmax(weights['prior.logits'] as tf.Tensor1D);
  return tf.sum(tf.logSumExp(tf.add(logWeights, tf.mul(-0.5, tf.sum(exponent, 2))), 1));
}

/** Forward and backward of rlScale · Σ squared error + klScale · Σ kl with the given noise. */
export function oracle(
  architecture: Architecture,
  parameters: Record<string, Tensor>,
  examples: Float32Array,
  batch: number,
  epsilon: Float32Array,
  rlScale: number,
  klScale: number,
): OracleResult {
  const names = Object.keys(parameters).filter(name => !/\.(mean|variance)$/.test(name));
  const [bins, frames] = architecture.input;
  const x = tf.tensor4d(examples, [batch, bins, frames, 1]);
  let rl = 0;
  let kl = 0;
  let reconstruction = new Float32Array();
  const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
    const weights: Named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    let y = x as tf.Tensor4D;
    architecture.encoder.forEach((spec, i) => {
      y = block(y, spec, `encoder.${i}`, weights, batch, false);
    });
    const flat = y.reshape([batch, -1]) as tf.Tensor2D;
    const heads = tf.add(tf.matMul(flat, weights['heads.weight'] as tf.Tensor2D), weights['heads.bias']) as tf.Tensor2D;
    const latent = architecture.latentDim;
    let z = heads;
    let divergence: tf.Scalar = tf.scalar(0);
    if (architecture.variational) {
      const mu = heads.slice([0, 0], [batch, latent]);
      const logVariance = tf.clipByValue(
        heads.slice([0, latent], [batch, latent]),
        -LOG_VARIANCE_LIMIT,
        LOG_VARIANCE_LIMIT,
      );
      const noise = tf.tensor2d(epsilon, [batch, latent]);
      z = tf.add(mu, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
      if (architecture.prior.kind === 'mixture') {
        const own = tf.add(tf.add(logVariance, tf.square(noise)), Math.log(2 * Math.PI));
        divergence = tf.sub(tf.mul(-0.5, tf.sum(own)), mixtureLogDensity(z, weights));
      } else {
        divergence = tf.mul(-0.5, tf.sum(tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mu)), tf.exp(logVariance))));
      }
    }
    const dense = tf.add(tf.matMul(z, weights['bridge.weight'] as tf.Tensor2D), weights['bridge.bias']);
    y = dense.reshape([batch, ...architecture.bridge]) as tf.Tensor4D;
    architecture.decoder.forEach((spec, i) => {
      y = block(y, spec, `decoder.${i}`, weights, batch, true);
    });
    reconstruction = y.dataSync() as Float32Array<ArrayBuffer>;
    const error = tf.sum(tf.square(tf.sub(y, x)));
    rl = error.dataSync()[0] / (bins * frames);
    kl = divergence.dataSync()[0];
    return tf.add(tf.mul(error, rlScale), tf.mul(divergence, klScale));
  };
  const inputs = names.map(name => tf.tensor(parameters[name].data, parameters[name].shape));
  const grads = tf.grads(loss as (...t: tf.Tensor[]) => tf.Tensor)(inputs);
  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i].dataSync() as Float32Array]));
  tf.dispose([...inputs, ...grads, x]);
  return { rl, kl, gradients, reconstruction };
}

/** Largest difference over the largest value. */
export function relativeDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    difference = Math.max(difference, Math.abs(got[i] - expected[i]));
    if (!Number.isFinite(got[i])) return Number.POSITIVE_INFINITY;
  }
  return largest === 0 ? difference : difference / largest;
}
