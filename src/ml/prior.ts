// What latent values are like before a sound is heard: where sounds that nobody recorded come from.
import { UserError } from '../errors';
import type { Architecture } from './architecture';
import type { Random } from './random';

/**
 * Latent values by chance, as likely as the training made them: standard normal.
 * @returns [count][latentDim]
 * @throws UserError `no-prior` where the network is a plain autoencoder, whose latent values may lie anywhere
 */
export function samplePrior({ latentDim, variational }: Architecture, count: number, random: Random): Float32Array {
  if (!variational) {
    throw new UserError(
      'no-prior',
      'this model is a plain autoencoder: it has learnt to redraw, not where its latent values lie, so none can be drawn by chance; expected a variational one. Train with "variational" on, or reconstruct or interpolate.',
    );
  }
  return Float32Array.from({ length: count * latentDim }, () => random.normal());
}
