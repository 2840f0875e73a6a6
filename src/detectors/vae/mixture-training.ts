// When a training gets its mixture prior, from what, and whether its components live.

import type { Architecture } from '../../engine/architecture';
import type { ComputeEngine, ExampleScore } from '../../engine/compute-engine';
import { UserError } from '../../errors';
import { kMeans } from '../../stats/k-means';
import { liveComponents, logVarianceOf, type MixtureValues } from '../../stats/mixture';
import type { Random } from '../../stats/random';

/**
 * The part of the epochs in which the prior is still the standard normal distribution. The latent values of a network
 * that has not learnt anything lie in one heap, and components started there stay together; after a fifth of the epochs
 * the segments have found their places, and four fifths are left to train the mixture.
 */
const WARM_UP = 0.2;
/** More points tell k-means nothing new. */
const MAX_POINTS = 4096;

/** Epochs before the mixture starts: at least one. */
export const warmUpEpochs = (epochs: number): number => Math.max(1, Math.floor(WARM_UP * epochs));

/** How a training's mixture does. */
export interface MixtureReport {
  components: number;
  /** Components that account for their part of the segments. */
  live: number;
}

export class MixtureTraining {
  private readonly warmUp: number;
  private readonly components: number;

  /**
   * @returns undefined where the network's prior is the standard normal distribution
   * @throws UserError `components` where there are more components than segments, `epochs` where there is only one
   */
  static for({ prior }: Architecture, epochs: number, segments: number): MixtureTraining | undefined {
    if (prior.kind !== 'mixture') return undefined;
    const { components } = prior;
    if (components > segments) {
      throw new UserError(
        'config',
        `the prior has ${components} components, but there are only ${segments} segments to train on; expected fewer components than segments, better one per 10 segments. Lower components, or record more.`,
      );
    }
    if (epochs < 2) {
      throw new UserError(
        'config',
        `epochs is ${epochs}, and the prior is a mixture, which starts after the first; expected at least 2 epochs, better 50 or more.`,
      );
    }
    return new MixtureTraining(components, epochs);
  }

  private constructor(components: number, epochs: number) {
    this.components = components;
    this.warmUp = warmUpEpochs(epochs);
  }

  /** Whether the prior is still the standard normal distribution in this epoch. */
  isWarmUp(epoch: number): boolean {
    return epoch <= this.warmUp;
  }

  /** Whether the mixture starts behind this epoch. */
  startsAfter(epoch: number): boolean {
    return epoch === this.warmUp;
  }

  /** Starts the mixture where the segments lie. */
  start(engine: ComputeEngine, scores: ExampleScore[], random: Random): void {
    engine.startMixture(mixtureFrom(scores, this.components, random));
  }

  /**
   * After an epoch; undefined before the mixture has started.
   * @throws UserError `mixture-collapsed` where no component is left
   */
  report(engine: ComputeEngine): MixtureReport | undefined {
    const state = engine.takeMixture();
    if (!state) return undefined;
    const { components } = this;
    const live = liveComponents(state);
    if (live > 0) return { components, live };
    throw new UserError(
      'mixture-collapsed',
      `the mixture prior has collapsed: none of its ${components} components is live, each has shrunk to a point or is no longer a number. Lower components (now ${components}), rlWeight or learningRate, or set the prior to normal.`,
    );
  }
}

/** Examples that k-means looks at: all, or a part that is drawn. */
export function pointsFor(examples: Uint32Array, random: Random): Uint32Array {
  if (examples.length <= MAX_POINTS) return examples;
  return random
    .permutation(examples.length)
    .slice(0, MAX_POINTS)
    .map(i => examples[i]);
}

/**
 * Components at the clusters of the segments' μ. A component's variance is that of its segments around its mean, drawn
 * a little to what is usual for all clusters (as one more segment would), and what each segment spreads by itself.
 */
function mixtureFrom(scores: ExampleScore[], components: number, random: Random): MixtureValues {
  const count = scores.length;
  const latent = scores[0].latent.length;
  const { centres, assigned } = kMeans(
    Float32Array.from(scores.flatMap(score => score.latent)),
    latent,
    components,
    random,
  );
  const sizes = new Float64Array(components);
  const widths = new Float64Array(components * latent);
  const usual = new Float64Array(latent);
  scores.forEach((score, s) => {
    const k = assigned[s];
    sizes[k]++;
    for (let i = 0; i < latent; i++) {
      const width = (score.latent[i] - centres[k * latent + i]) ** 2 + Math.exp(score.logVariance[i]);
      widths[k * latent + i] += width;
      usual[i] += width / count;
    }
  });
  const variance = (at: number): number => (widths[at] + usual[at % latent]) / (sizes[Math.floor(at / latent)] + 1);
  return {
    means: Float32Array.from(centres),
    logVariances: Float32Array.from({ length: components * latent }, (_, at) => logVarianceOf(variance(at))),
    logits: Float32Array.from(sizes, size => Math.log((size + 1) / (count + components))),
  };
}
