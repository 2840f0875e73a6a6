// What should be said about a model that has been trained but may not be what its owner wants.
import type { Trained, TrainingOptions } from './train';

/** One sentence or two per matter, each with what to change; empty for a sound model. */
export function modelWarnings(
  { latentUse, mixture }: Pick<Trained, 'latentUse' | 'mixture'>,
  { rlWeight, klWeight }: Pick<TrainingOptions, 'rlWeight' | 'klWeight'>,
): string[] {
  const warnings: string[] = [];
  if (latentUse?.active === 0) {
    warnings.push(
      `The model has collapsed: none of its ${latentUse.dimensions} latent values tells one segment from another (KL divergence near 0 in every dimension), so it draws the same spectrogram for all. Raise rl weight (now ${rlWeight}), a hundredfold to begin with, or lower kl weight (now ${klWeight}), and train again.`,
    );
  }
  if (mixture && mixture.live < mixture.components) {
    const dead = mixture.components - mixture.live;
    warnings.push(
      `${dead} of the ${mixture.components} components of the mixture prior ${dead === 1 ? 'has' : 'have'} died: hardly any segment belongs to ${dead === 1 ? 'it' : 'them'}. The model works with the other ${mixture.live}; set components to ${mixture.live}, or train on more kinds of sound.`,
    );
  }
  return warnings;
}
