// The layers of a network in TensorFlow's functions: blocks of convolution, activation and batch normalisation, and
// the sampling step between encoder and decoder. TensorFlow derives the gradients, but for the sampling step's.

import type { Mixture, MixtureValues } from '../../stats/mixture';
import type { Architecture, ConvSpec } from '../architecture';
import { volume } from '../architecture';
import { BATCH_NORM } from '../conventions';
import { sample, sampleGradient } from '../latent';
import type { TfApi, TfTensor } from './tf-api';

/** Looks a parameter up by its name in the parameter table. */
export type Lookup = (name: string) => TfTensor;

/** Mean and variance of a batch, for the running statistics of the layer `name`. */
export interface BatchStatistics {
  name: string;
  mean: TfTensor;
  variance: TfTensor;
}

/** Where one pass takes its weights, and whether it learns: `statistics` collects those of each batch norm. */
export interface Pass {
  tf: TfApi;
  weights: Lookup;
  count: number;
  /** Undefined: batch norm uses the running statistics. */
  statistics?: BatchStatistics[];
}

/** [count, bins, frames, 1] → [count, μ and log σ²] (or the latent values of a plain autoencoder). */
export function encode(pass: Pass, { encoder }: Architecture, examples: TfTensor): TfTensor {
  const { tf, weights, count } = pass;
  let x = examples;
  encoder.forEach((spec, i) => {
    const name = `encoder.${i}`;
    x = block(pass, spec, name, tf.conv2d(x, weights(`${name}.weight`), spec.stride, 'same'));
  });
  const flat = x.reshape([count, volume(encoder[encoder.length - 1].coarse)]);
  return tf.add(tf.matMul(flat, weights('heads.weight')), weights('heads.bias'));
}

/** [count, latent] → [count, bins, frames, 1] */
export function decode(pass: Pass, { bridge, decoder }: Architecture, z: TfTensor): TfTensor {
  const { tf, weights, count } = pass;
  let x = tf.add(tf.matMul(z, weights('bridge.weight')), weights('bridge.bias')).reshape([count, ...bridge]);
  decoder.forEach((spec, i) => {
    const name = `decoder.${i}`;
    // The size is said, not derived: two fine sizes have the same coarse one.
    const shape = [count, ...spec.fine];
    x = block(pass, spec, name, tf.conv2dTranspose(x, weights(`${name}.weight`), shape, spec.stride, 'same'));
  });
  return x;
}

/** What follows a convolution. */
function block({ tf, weights, statistics }: Pass, spec: ConvSpec, name: string, convolved: TfTensor): TfTensor {
  const biased = tf.add(convolved, weights(`${name}.bias`));
  const active = spec.activation === 'relu' ? tf.relu(biased) : tf.sigmoid(biased);
  if (!spec.batchNorm) return active;
  let mean: TfTensor;
  let variance: TfTensor;
  if (statistics) {
    ({ mean, variance } = tf.moments(active, [0, 1, 2]));
    statistics.push({ name, mean: tf.keep(mean), variance: tf.keep(variance) });
  } else {
    mean = weights(`${name}.mean`);
    variance = weights(`${name}.variance`);
  }
  const normal = tf.div(tf.sub(active, mean), tf.sqrt(tf.add(variance, BATCH_NORM.epsilon)));
  return tf.add(tf.mul(normal, weights(`${name}.gamma`)), weights(`${name}.beta`));
}

/** What the sampling step needs beside the heads. */
export interface Sampling {
  count: number;
  latent: number;
  variational: boolean;
  /** [count][latent]; undefined: z = μ */
  epsilon?: Float32Array;
  /** Weight of the divergence in the loss. */
  klScale: number;
  /** [count], written. */
  kl: Float64Array;
  /** Undefined: the standard normal distribution. */
  prior?: { mixture: Mixture; gradient: MixtureValues };
}

/**
 * [count, μ and log σ²] → z, in the same plain code as on the other engine: a few numbers, and the limits of log σ²
 * are the same to the bit. The divergence's own gradient comes in on the way back.
 */
export function sampleLatent(tf: TfApi, heads: TfTensor, sampling: Sampling): TfTensor {
  const { count, latent, variational, epsilon, klScale, kl, prior } = sampling;
  const step = tf.customGrad(input => {
    const values = input.dataSync();
    const z = new Float32Array(count * latent);
    sample(values, count, latent, variational, epsilon, z, kl, prior?.mixture);
    const gradFunc = (dz: TfTensor): TfTensor[] => {
      const dHeads = new Float32Array(values.length);
      const noise = epsilon ?? new Float32Array(count * latent);
      sampleGradient(values, dz.dataSync(), count, latent, variational, noise, klScale, dHeads, prior);
      return [tf.tensor(dHeads, input.shape)];
    };
    return { value: tf.tensor(z, [count, latent]), gradFunc };
  });
  return step(heads);
}
