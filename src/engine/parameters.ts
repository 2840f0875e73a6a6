// The parameters of a network: names, shapes and places in one block of memory, and their values at the start.

import type { Random } from '../stats/random';
import type { Tensor } from '../store/safetensors';
import type { Architecture, ConvSpec } from './architecture';
import { volume } from './architecture';
import { mixtureParameters } from './prior-tensors';

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

/** Free values behind each parameter, so that whole vectors can be read and written at its end. */
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

/** A parameter without its place. */
type Entry = Pick<Parameter, 'name' | 'shape'> &
  Partial<Pick<Parameter, 'fans' | 'constant' | 'trainable' | 'rateScale'>>;

/** A convolution layer: what its parameters' names begin with, and its channels behind. */
interface NamedConv {
  name: string;
  spec: ConvSpec;
  from: number;
  to: number;
}

/** Lays out the parameters of a network. */
export function parameterTable(architecture: Architecture): ParameterTable {
  const layers: NamedConv[] = [
    ...architecture.encoder.map((spec, i) => down(`encoder.${i}`, spec)),
    ...architecture.decoder.map((spec, i) => up(`decoder.${i}`, spec)),
  ];
  const { biases, matrices } = denseEntries(architecture);
  const sections: Entry[][] = [
    [...layers.flatMap(convEntries), ...biases, ...priorEntries(architecture)],
    matrices,
    layers.flatMap(runningEntries),
  ];
  const list: Parameter[] = [];
  let offset = 0;
  const ends = sections.map(entries => {
    for (const entry of entries) {
      const size = volume(entry.shape);
      list.push({ size, offset, constant: 0, trainable: true, rateScale: 1, ...entry });
      offset += Math.ceil((size + SLACK) / 4) * 4;
    }
    return offset;
  });
  const [shared, trainable, size] = ends;
  return { list, byName: new Map(list.map(p => [p.name, p])), size, shared, trainable };
}

const down = (name: string, spec: ConvSpec): NamedConv => ({ name, spec, from: spec.fine[2], to: spec.coarse[2] });
const up = (name: string, spec: ConvSpec): NamedConv => ({ name, spec, from: spec.coarse[2], to: spec.fine[2] });

function convEntries({ name, spec, from, to }: NamedConv): Entry[] {
  const { kernel, fine, coarse, batchNorm } = spec;
  const area = kernel * kernel;
  const entries: Entry[] = [
    { name: `${name}.weight`, shape: [kernel, kernel, fine[2], coarse[2]], fans: [area * from, area * to] },
    { name: `${name}.bias`, shape: [to] },
  ];
  if (batchNorm)
    entries.push({ name: `${name}.gamma`, shape: [to], constant: 1 }, { name: `${name}.beta`, shape: [to] });
  return entries;
}

/** The running statistics of batch normalisation. */
function runningEntries({ name, spec, to }: NamedConv): Entry[] {
  if (!spec.batchNorm) return [];
  return [
    { name: `${name}.mean`, shape: [to], trainable: false },
    { name: `${name}.variance`, shape: [to], trainable: false, constant: 1 },
  ];
}

function denseEntries({ encoder, bridge, latentDim: latent, variational }: Architecture) {
  const features = volume(encoder[encoder.length - 1].coarse);
  const heads = variational ? 2 * latent : latent;
  const outputs = volume(bridge);
  const rateScale = Math.min(1, HEAD_INPUTS / features);
  const biases: Entry[] = [
    { name: 'heads.bias', shape: [heads], rateScale },
    { name: 'bridge.bias', shape: [outputs] },
  ];
  const matrices: Entry[] = [
    { name: 'heads.weight', shape: [features, heads], fans: [features, latent], rateScale },
    { name: 'bridge.weight', shape: [latent, outputs], fans: [latent, outputs] },
  ];
  return { biases, matrices };
}

const priorEntries = ({ prior, latentDim }: Architecture): Entry[] =>
  prior.kind === 'mixture' ? mixtureParameters(prior.components, latentDim) : [];

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
