// A mixture prior among the tensors of a network: their names and shapes.
import { logVarianceOf, type MixtureValues } from '../stats/mixture';
import type { Tensor } from '../store/safetensors';

/** The tensors of a mixture, in the order of the parameter table. */
export const MIXTURE_TENSORS = {
  means: 'prior.means',
  logVariances: 'prior.logVariances',
  logits: 'prior.logits',
} as const satisfies Record<keyof MixtureValues, string>;

/** Values from or to tensors by their names. */
export function mixtureValues(find: (name: string) => Float32Array): MixtureValues {
  const { means, logVariances, logits } = MIXTURE_TENSORS;
  return { means: find(means), logVariances: find(logVariances), logits: find(logits) };
}

/** The entries of the parameter table: a standard normal distribution until a training starts the mixture. */
export function mixtureParameters(
  components: number,
  latent: number,
): { name: string; shape: number[]; constant: number }[] {
  const { means, logVariances, logits } = MIXTURE_TENSORS;
  return [
    { name: means, shape: [components, latent], constant: 0 },
    { name: logVariances, shape: [components, latent], constant: logVarianceOf(1) },
    { name: logits, shape: [components], constant: 0 },
  ];
}

/** The mixture among a model's tensors. */
export const mixtureOf = (tensors: Record<string, Tensor>): MixtureValues =>
  mixtureValues(name => {
    const tensor = tensors[name];
    if (!tensor) throw new Error(`the model has no tensor ${name}`);
    return tensor.data;
  });
