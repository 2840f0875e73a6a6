// Latent values drawn from a model's prior: what its decoder makes of them is a sound the model could have heard.
import { UserError } from '../errors';
import type { Tensor } from '../store/safetensors';
import type { Architecture } from './architecture';
import { componentDeviation, mixtureOf, mixtureWeights } from './mixture';
import type { Random } from './random';

/**
 * One draw from the prior, [latentDim]: from the standard normal distribution, or from the model's own mixture.
 * @param model what a model file holds; its tensors are read only where the prior is a mixture
 * @throws UserError `no-prior` for a plain autoencoder
 */
export function samplePrior(
  model: { architecture: Architecture; tensors: Record<string, Tensor> },
  random: Random,
): Float32Array {
  const { prior, latentDim, variational } = model.architecture;
  if (!variational) {
    throw new UserError(
      'no-prior',
      'the model is a plain autoencoder: nothing says which latent values are likely; expected a variational one. Train with Variational on.',
    );
  }
  if (prior.kind === 'normal') return Float32Array.from({ length: latentDim }, () => random.normal());
  const { means, logVariances, logits } = mixtureOf(model.tensors);
  const component = random.weighted(mixtureWeights(logits));
  return Float32Array.from({ length: latentDim }, (_, i) => {
    const at = component * latentDim + i;
    return means[at] + componentDeviation(logVariances[at]) * random.normal();
  });
}
