// Weights only, as a safetensors file with names and axes as PyTorch has them: convolutions [out, in, height, width],
// transposed ones [in, out, height, width], dense layers [out, in]. docs/export.md has the network that they fit.
import type { Architecture, ConvSpec } from '../engine/architecture';
import { encodeHeader, headerOfShapes } from '../store/safetensors';
import { describedAsText } from './description';
import type { ExportSource } from './network';
import type { Constant, ExportedFile } from './pieces';
import { AXES, type Weights } from './weights';

/** What PyTorch calls the parts of batch norm. */
const BATCH_NORM = { gamma: 'weight', beta: 'bias', mean: 'running_mean', variance: 'running_var' } as const;

/** The weights of a model as a safetensors file. */
export function safetensorsFile({ architecture, weights, description }: ExportSource): ExportedFile {
  const tensors = Object.entries(namedWeights(architecture, weights));
  const shapes = tensors.map(([name, { shape }]) => [name, shape] as const);
  // The customary entry that says whose order of axes this is.
  const metadata = { format: 'pt', ...describedAsText(description) };
  return { pieces: [encodeHeader(headerOfShapes(shapes, metadata)), ...tensors.map(([, constant]) => constant)] };
}

function namedWeights({ encoder, decoder, latentDim, variational }: Architecture, weights: Weights) {
  const result: Record<string, Constant> = {};
  const layer = (name: string, spec: ConvSpec): void => {
    const { coarse, fine, height, width } = AXES;
    result[`${name}.conv.weight`] = weights.reordered(`${name}.weight`, [coarse, fine, height, width]);
    result[`${name}.conv.bias`] = weights.plain(`${name}.bias`);
    if (!spec.batchNorm) return;
    for (const [ours, theirs] of Object.entries(BATCH_NORM)) {
      result[`${name}.norm.${theirs}`] = weights.plain(`${name}.${ours}`);
    }
  };
  const dense = (name: string, tensor: string, from: number, to: number): void => {
    result[`${name}.weight`] = weights.transposed(`${tensor}.weight`, from, to);
    result[`${name}.bias`] = weights.slice(`${tensor}.bias`, from, to);
  };
  for (const [i, spec] of encoder.entries()) layer(`encoder.${i}`, spec);
  dense('mu', 'heads', 0, latentDim);
  if (variational) dense('log_variance', 'heads', latentDim, 2 * latentDim);
  result['bridge.weight'] = weights.transposed('bridge.weight');
  result['bridge.bias'] = weights.plain('bridge.bias');
  for (const [i, spec] of decoder.entries()) layer(`decoder.${i}`, spec);
  for (const name of weights.names.filter(name => name.startsWith('prior.'))) result[name] = weights.plain(name);
  return result;
}
