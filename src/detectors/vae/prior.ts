// What latent values are like before a sound is heard: where sounds that nobody recorded come from.

import type { Architecture } from '../../engine/architecture';
import { mixtureOf } from '../../engine/prior-tensors';
import { UserError } from '../../errors';
import { componentDeviation, mixtureWeights } from '../../stats/mixture';
import type { Random } from '../../stats/random';
import type { Tensor } from '../../store/safetensors';

/** A trained network, as a model file holds it. */
export interface Model {
  architecture: Architecture;
  /** Read only where the prior is a mixture. */
  tensors: Record<string, Tensor>;
}

/**
 * Latent values by chance, as likely as the training made them: standard normal, or from the model's own mixture.
 * @returns [count][latentDim]
 * @throws UserError `no-prior` where the network is a plain autoencoder, whose latent values may lie anywhere
 */
export function samplePrior({ architecture, tensors }: Model, count: number, random: Random): Float32Array {
  const { latentDim, variational, prior } = architecture;
  if (!variational) {
    throw new UserError(
      'no-prior',
      'this model is a plain autoencoder: it has learnt to redraw, not where its latent values lie, so none can be drawn by chance; expected a variational one. Train with "variational" on, or reconstruct or interpolate.',
    );
  }
  const latents = Float32Array.from({ length: count * latentDim }, () => random.normal());
  if (prior.kind === 'normal') return latents;
  const { means, logVariances, logits } = mixtureOf(tensors);
  const weights = mixtureWeights(logits);
  for (let draw = 0; draw < count; draw++) {
    const component = random.weighted(weights);
    for (let i = 0; i < latentDim; i++) {
      const at = component * latentDim + i;
      const noise = latents[draw * latentDim + i];
      latents[draw * latentDim + i] = means[at] + componentDeviation(logVariances[at]) * noise;
    }
  }
  return latents;
}
