// The parameters of a network: names, shapes and places in one block of memory, and their values at the start.

import type { Random } from '../stats/random';
import type { Tensor } from '../store/safetensors';
import type { Architecture, ConvSpec } from './architecture';
import { volume } from './architecture';
import { mixtureParameters } from './mixture';

export interface Parameter {
  name: string;
  /** As tfjs and Keras shape them: conv [h, w, in, out], transposed conv [h, w, out, in], dense [in, out]. */
  shape: number[];
  size: number;
  /** Where it starts in the parameter block, in float32 values. */
  offset: number;
  /** Fan-in and fan-out for Glorot's initialisation; undefined for a constant. */
  fans?: [number, number];
  constant: number;
  /** false: running statistics of batch normalisation. */
  trainable: boolean;
  /** What Adam's learning rate is multiplied with. */
  rateScale: number;
}

/**
 * Adam moves every weight by about the learning rate, whatever its gradient. A head that adds up millions of inputs
 * then jumps by far more than its whole range in one step and the training diverges, so heads with more inputs than
 * this learn more slowly in proportion.
 */
const HEAD_INPUTS = 4096;

/** Free room behind each parameter, so that whole vectors can be read and written at its end. */
const SLACK = 8;

export interface ParameterTable {
  list: Parameter[];
  byName: Map<string, Parameter>;
  /** Values in the whole block. */
  size: number;
  /** Convolutions, biases and batch norm come first; dense matrices, which threads share out, behind `shared`. */
  shared: number;
  /** Behind the trainable ones follow the running statistics. */
  trainable: number;
}

/** Lays out the parameters of a network. */
export function parameterTable(architecture: Architecture): ParameterTable {
  const list: Parameter[] = [];
  let offset = 0;
  const add = (name: string, shape: number[], rest: Partial<Parameter> = {}) => {
    const size = volume(shape);
    list.push({ name, shape, size, offset, constant: 0, trainable: true, rateScale: 1, ...rest });
    offset += Math.ceil((size + SLACK) / 4) * 4;
  };
  const conv = (prefix: string, spec: ConvSpec, from: number, to: number) => {
    const area = spec.kernel * spec.kernel;
    add(`${prefix}.weight`, [spec.kernel, spec.kernel, spec.fine[2], spec.coarse[2]], {
      fans: [area * from, area * to],
    });
    add(`${prefix}.bias`, [to]);
    if (spec.batchNorm) {
      add(`${prefix}.gamma`, [to], { constant: 1 });
      add(`${prefix}.beta`, [to]);
    }
  };
  architecture.encoder.forEach((spec, i) => {
    conv(`encoder.${i}`, spec, spec.fine[2], spec.coarse[2]);
  });
  architecture.decoder.forEach((spec, i) => {
    conv(`decoder.${i}`, spec, spec.coarse[2], spec.fine[2]);
  });
  const features = volume(architecture.encoder[architecture.encoder.length - 1].coarse);
  const latent = architecture.latentDim;
  const heads = architecture.variational ? 2 * latent : latent;
  const pixels = volume(architecture.bridge);
  const rateScale = Math.min(1, HEAD_INPUTS / features);
  add('heads.bias', [heads], { rateScale });
  add('bridge.bias', [pixels]);
  if (architecture.prior.kind === 'mixture') {
    for (const { name, shape, constant } of mixtureParameters(architecture.prior.components, latent)) {
      add(name, shape, { constant });
    }
  }
  const shared = offset;
  add('heads.weight', [features, heads], { fans: [features, latent], rateScale });
  add('bridge.weight', [latent, pixels], { fans: [latent, pixels] });
  const trainable = offset;
  const running = (prefix: string, spec: ConvSpec, out: number) => {
    if (!spec.batchNorm) return;
    add(`${prefix}.mean`, [out], { trainable: false });
    add(`${prefix}.variance`, [out], { trainable: false, constant: 1 });
  };
  architecture.encoder.forEach((spec, i) => {
    running(`encoder.${i}`, spec, spec.coarse[2]);
  });
  architecture.decoder.forEach((spec, i) => {
    running(`decoder.${i}`, spec, spec.fine[2]);
  });
  return { list, byName: new Map(list.map(p => [p.name, p])), size: offset, shared, trainable };
}

/**
 * The tensor that belongs to a parameter.
 * @throws Error where it is missing or of another shape
 */
export function expectTensor({ name, shape }: Parameter, tensors: Record<string, Tensor>): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`the model has no tensor ${name}`);
  if (tensor.shape.join('×') !== shape.join('×')) {
    throw new Error(`tensor ${name} is ${tensor.shape.join('×')}; expected ${shape.join('×')}`);
  }
  return tensor;
}

/** Trainable values in all. */
export function parameterCount(architecture: Architecture): number {
  return parameterTable(architecture).list.reduce((sum, p) => sum + (p.trainable ? p.size : 0), 0);
}

/**
 * Values at the start: Glorot uniform (X. Glorot & Y. Bengio, 2010) as in Keras, biases 0.
 * @param block the parameter block, changed in place
 */
export function initialise(table: ParameterTable, block: Float32Array, random: Random): void {
  for (const { offset, size, fans, constant } of table.list) {
    if (!fans) {
      block.fill(constant, offset, offset + size);
      continue;
    }
    const limit = Math.sqrt(6 / (fans[0] + fans[1]));
    for (let i = offset; i < offset + size; i++) block[i] = (2 * random.uniform() - 1) * limit;
  }
}
