// The network as a graph of operations: one walk through the architecture that tells a `Graph` what to compute, from the
// spectrogram as the spectrogram node sends it to the score as src/engine computes it. What a convolution is called in
// ONNX or TFLite is in onnx.ts and tflite.ts.
import type { InputScale } from '../detectors/vae/input-scale';
import { type Architecture, type ConvSpec, volume } from '../engine/architecture';
import { LOG_VARIANCE_LIMIT } from '../engine/latent';
import { mixtureValues } from '../engine/prior-tensors';
import type { JsonObject } from '../store/json';
import { buildDivergence } from './divergence';
import type { Graph } from './graph';
import type { Weights } from './weights';

/** A trained network and what belongs to it. */
export interface ExportSource {
  architecture: Architecture;
  /** [bins, frames] of the spectrograms that the spectrogram node sends. */
  shape: [number, number];
  scale: InputScale;
  weights: Weights;
  /** What the file says about itself. */
  description: JsonObject;
}

/**
 * Outputs: `reconstruction` [1, bins, seen frames, 1] on the model's scale, `mu` [1, latent], `rl` [1] and, of a variational
 * network, `kl` [1]; see docs/export.md.
 */
export function buildNetwork<Value>(graph: Graph<Value>, { architecture, shape, scale, weights }: ExportSource): void {
  const [bins, frames] = shape;
  const { low, high, frames: seenFrames } = scale;
  const { encoder, decoder, latentDim, variational } = architecture;
  const seenShape = [1, bins, seenFrames, 1];

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

  const spectrogram = graph.input({ name: 'spectrogram', shape: [1, bins, frames, 1] });
  const filled = seenFrames < frames ? graph.firstFrames(spectrogram, seenFrames) : spectrogram;
  const seen = graph.relu(graph.multiply(graph.subtract(filled, low), 1 / (high - low)));

  let grid = graph.toGrid(seen, [bins, seenFrames, 1]);
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
  graph.output('kl', buildDivergence(graph, mu, logVariance, mixture));
}
