// What training and scoring need of an engine, whatever computes behind it: our kernels (engine.ts) or TensorFlow
// (tensorflow/engine.ts). Lives in a worker: every call but `close` blocks until its result is there.

import type { MixtureState, MixtureValues } from '../stats/mixture';
import type { Random } from '../stats/random';
import type { Tensor } from '../store/safetensors';
import type { Architecture } from './architecture';

/** What a person chooses; 'auto' is 'wasm'. */
export const ENGINE_CHOICES = ['auto', 'wasm', 'tensorflow'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** What computes in the end. */
export type EngineName = Exclude<EngineChoice, 'auto'>;

/** Plain JSON that travels to the workers. */
export interface EngineSettings {
  choice: EngineChoice;
  /** Where else than beside this package TensorFlow may be installed: Node-RED's user directory. */
  folders: string[];
}

/** Scores of one example. */
export interface ExampleScore {
  /** Mean squared error per element. */
  rl: number;
  /** Kullback–Leibler divergence. */
  kl: number;
  /** μ */
  latent: number[];
  /** log σ², within its limits; empty for a plain autoencoder. */
  logVariance: number[];
}

export interface ComputeEngine {
  readonly name: EngineName;
  readonly architecture: Architecture;
  /** Examples at once. */
  readonly batch: number;
  /** Values of one example. */
  readonly elements: number;
  /** The examples of the batch, [batch][bins · frames]; to be filled before `gradients` or `score`. */
  readonly input: Float32Array;
  /** The reconstructions that `score`, `decode` or `gradients` made, [batch][bins · frames]; valid until the next of these. */
  readonly reconstruction: Float32Array;

  /**
   * Weights for a training from the start; the same seed gives the same weights on every engine. Until `startMixture`
   * the prior is the standard normal distribution, whatever the architecture says.
   */
  initialise(random: Random): void;
  /** Copies of all parameters, named and shaped as in `parameterTable`. */
  parameters(): Record<string, Tensor>;
  /** The same without a copy where that is possible; valid until the engine is used again. */
  parameterViews(): Record<string, Tensor>;
  /**
   * Sets all parameters.
   * @throws Error naming a tensor that is missing or of another shape
   */
  setParameters(tensors: Record<string, Tensor>): void;

  /** From now on the prior is this mixture, trained along. */
  startMixture(mixture: MixtureValues): void;
  /**
   * The mixture (views, as in `parameterViews`) and what each component accounted for since the last call; undefined
   * where the prior is the standard normal distribution.
   */
  takeMixture(): MixtureState | undefined;

  /**
   * Forward and backward for the first `count` examples; gradients add up until a call with `first`.
   * @param rlScale weight of the sum of squared errors; klScale of the sum of divergences
   * @param random where the sampling step takes its noise from
   * @returns sums over the examples: squared error per element, and divergence
   */
  gradients(
    count: number,
    first: boolean,
    rlScale: number,
    klScale: number,
    random: Random,
  ): { rl: number; kl: number };
  /** Makes the gradients ready for `update`; the norm of the whole gradient. */
  reduce(): number;
  /** One step of Adam, with gradients multiplied by `gradientScale` and `weightDecay` times the parameters added. */
  update(learningRate: number, gradientScale: number, weightDecay?: number): void;
  /** Scores the first `count` examples of `input`, with z = μ. */
  score(count: number): ExampleScore[];
  /**
   * Draws the spectrograms of latent values, into `reconstruction`.
   * @param latents [count][latentDim], at most `batch` of them
   */
  decode(latents: Float32Array): void;
  /** Gives threads and memory back; the engine cannot be used afterwards. */
  close(): Promise<void>;
}
