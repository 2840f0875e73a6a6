// Small examples to train on in tests.

import type { ExampleSource } from '#src/detectors/vae/input-scale';
import type { NetworkOptions } from '#src/engine/architecture';
import { Random } from '#src/stats/random';

export const small: NetworkOptions = {
  ...{ preset: 'custom', filters: [6, 8], kernels: [3, 3], strides: [2, 2] },
  ...{ latentDim: 4, batchNorm: false, variational: true },
};

/** Pictures of slanted stripes with some noise, in dB. */
export function stripes(count: number, bins: number, frames: number, level = -40): ExampleSource {
  const random = new Random(99);
  const examples = Array.from({ length: count }, () => {
    const phase = random.below(8);
    return Float32Array.from({ length: bins * frames }, (_, i) => {
      const stripe = (Math.floor(i / frames) + (i % frames) + phase) % 8 < 4 ? 20 : 0;
      return level + stripe + random.normal();
    });
  });
  return {
    count,
    exampleLength: bins * frames,
    read: (index, into, offset = 0) => into.set(examples[index], offset),
  };
}
