// The network as a drawing in whatever format: one walk through the architecture that tells a `Graph` what to compute,
// from the picture as the spectrogram node sends it to the score as src/ml computes it. What a convolution is called
// in ONNX or TFLite is their own files' business.
import { type Architecture, type ConvSpec, volume } from '../engine/architecture';
import type { InputScale } from '../engine/input-scale';
import { LOG_VARIANCE_LIMIT } from '../engine/latent';
import { mixtureValues } from '../engine/mixture';
import type { JsonObject } from '../store/model-file';
import { drawDivergence } from './divergence';
import type { Constant, Port } from './pieces';
import type { Weights } from './weights';

/** A trained network and what belongs to it. */
export interface ExportSource {
  architecture: Architecture;
  /** [bins, frames] of the pictures that the spectrogram node sends. */
  shape: [number, number];
  scale: InputScale;
  weights: Weights;
  /** What the file says about itself. */
  description: JsonObject;
}

/** A convolution and the names of its tensors' common start, e.g. `encoder.0`. */
export interface ConvLayer {
  name: string;
  spec: ConvSpec;
}

/**
 * A computation being drawn; `Value` stands for a tensor in it. Values are row-major in the order of their shape,
 * grids ([1, height, width, channels] in the shapes given here) lie as the format's convolutions like them.
 */
export interface Graph<Value> {
  input(port: Port): Value;
  constant(name: string, shape: number[], values: Float32Array): Value;
  output(name: string, value: Value): void;
  /** Columns 0 … columns − 1 of [1, bins, frames, 1]. */
  firstColumns(picture: Value, columns: number): Value;
  reshape(value: Value, shape: number[]): Value;
  /** Element by element; `b` may be one number, or have one row where `a` has several. */
  add(a: Value, b: Value | number): Value;
  subtract(a: Value, b: Value | number): Value;
  multiply(a: Value, b: Value | number): Value;
  exp(value: Value): Value;
  relu(value: Value): Value;
  sigmoid(value: Value): Value;
  /** Into −limit … limit. */
  clamp(value: Value, limit: number): Value;
  log(value: Value): Value;
  /** Over all but the first axis. */
  sum(value: Value): Value;
  mean(value: Value): Value;
  max(value: Value): Value;
  /** [1, in] · weightᵀ + bias, weight [out, in]. */
  dense(value: Value, name: string, weight: Constant, bias: Constant): Value;
  toGrid(value: Value, grid: readonly [number, number, number]): Value;
  fromGrid(grid: Value, shape: number[]): Value;
  /** Fine to coarse grid, 'same' padding, bias added. */
  conv(grid: Value, layer: ConvLayer): Value;
  /** Coarse to fine grid. */
  transposedConv(grid: Value, layer: ConvLayer): Value;
  /** x · scale + shift, a number for each channel. */
  perChannel(grid: Value, name: string, scale: Float32Array, shift: Float32Array): Value;
}

/**
 * Outputs: `reconstruction` [1, bins, columns, 1] on the model's scale, `mu` [1, latent], `rl` [1] and, of a variational
 * network, `kl` [1]; see docs/export.md.
 */
export function drawNetwork<Value>(graph: Graph<Value>, { architecture, shape, scale, weights }: ExportSource): void {
  const [bins, frames] = shape;
  const { low, high, columns } = scale;
  const { encoder, decoder, latentDim, variational } = architecture;
  const seenShape = [1, bins, columns, 1];

  const through = (grid: Value, name: string, spec: ConvSpec, direction: 'conv' | 'transposedConv'): Value => {
    const sums = graph[direction](grid, { name, spec });
    const active = spec.activation === 'relu' ? graph.relu(sums) : graph.sigmoid(sums);
    if (!spec.batchNorm) return active;
    const { scale: factor, shift } = weights.batchNorm(name);
    return graph.perChannel(active, name, factor, shift);
  };
  const head = (features: Value, name: string, from: number): Value =>
    graph.dense(
      features,
      name,
      weights.transposed('heads.weight', from, from + latentDim),
      weights.slice('heads.bias', from, from + latentDim),
    );

  const picture = graph.input({ name: 'spectrogram', shape: [1, bins, frames, 1] });
  const filled = columns < frames ? graph.firstColumns(picture, columns) : picture;
  const seen = graph.relu(graph.multiply(graph.subtract(filled, low), 1 / (high - low)));

  let grid = graph.toGrid(seen, [bins, columns, 1]);
  for (const [i, spec] of encoder.entries()) grid = through(grid, `encoder.${i}`, spec, 'conv');
  const features = graph.fromGrid(grid, [1, volume(encoder[encoder.length - 1].coarse)]);
  const mu = head(features, 'mu', 0);

  const bridge = graph.dense(mu, 'bridge', weights.transposed('bridge.weight'), weights.plain('bridge.bias'));
  grid = graph.toGrid(bridge, architecture.bridge);
  for (const [i, spec] of decoder.entries()) grid = through(grid, `decoder.${i}`, spec, 'transposedConv');
  const reconstruction = graph.fromGrid(grid, seenShape);

  const difference = graph.subtract(reconstruction, seen);
  graph.output('reconstruction', reconstruction);
  graph.output('mu', mu);
  graph.output('rl', graph.mean(graph.multiply(difference, difference)));
  if (!variational) return;
  const logVariance = graph.clamp(head(features, 'logVariance', latentDim), LOG_VARIANCE_LIMIT);
  const mixture = architecture.prior.kind === 'mixture' ? mixtureValues(name => weights.values(name)) : undefined;
  graph.output('kl', drawDivergence(graph, mu, logVariance, mixture));
}
