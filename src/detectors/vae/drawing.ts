// Spectrograms that a model draws: of what it was shown, on the way between two, or by itself.
import type { ComputeEngine } from '../../engine/compute-engine';
import { Random } from '../../stats/random';
import type { Drawing, DrawingRequest } from '../drawing';
import { scaleInput, unscaleOutput } from './input-scale';
import type { SeenBy } from './model-description';
import { samplePrior } from './prior';

/** @throws UserError `no-prior` where the model has none to draw from */
export function draw(request: DrawingRequest, engine: ComputeEngine, facts: SeenBy): Drawing[] {
  return drawLatents(latentsOf(request, engine, facts), engine, facts);
}

function latentsOf(request: DrawingRequest, engine: ComputeEngine, facts: SeenBy): Float32Array {
  if (request.mode === 'prior') {
    const model = { architecture: engine.architecture, tensors: engine.parameterViews() };
    return samplePrior(model, request.count, new Random(request.seed));
  }
  if (request.mode === 'reconstruct') return encode(request.spectrogram, engine, facts);
  const from = encode(request.from, engine, facts);
  const to = encode(request.to, engine, facts);
  const steps = request.count - 1;
  const latent = from.length;
  return Float32Array.from({ length: request.count * latent }, (_, i) => {
    const share = Math.floor(i / latent) / steps;
    return from[i % latent] * (1 - share) + to[i % latent] * share;
  });
}

/** μ of a spectrogram. */
function encode(spectrogram: Float32Array, engine: ComputeEngine, { frontEnd, scale }: SeenBy): Float32Array {
  scaleInput(spectrogram, frontEnd.shape, scale, engine.input);
  return Float32Array.from(engine.score(1)[0].latent);
}

function drawLatents(latents: Float32Array, engine: ComputeEngine, { frontEnd, scale }: SeenBy): Drawing[] {
  const { latentDim } = engine.architecture;
  const drawings: Drawing[] = [];
  for (let from = 0; from < latents.length; from += engine.batch * latentDim) {
    const part = latents.subarray(from, from + engine.batch * latentDim);
    engine.decode(part);
    const { reconstruction } = engine;
    for (let i = 0; i < part.length / latentDim; i++) {
      const spectrogram = unscaleOutput(reconstruction, i * engine.elements, frontEnd, scale);
      const [min, max] = extentOf(spectrogram);
      drawings.push({ spectrogram, min, max, latent: Array.from(part.subarray(i * latentDim, (i + 1) * latentDim)) });
    }
  }
  return drawings;
}

function extentOf(spectrogram: Float32Array): [number, number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of spectrogram) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}
