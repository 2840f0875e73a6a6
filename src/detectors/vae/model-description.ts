// What is kept of a model beside its weights, and how it is read back from the model file's JSON.

import { type Architecture, isArchitecture } from '../../engine/architecture';
import type { EngineName } from '../../engine/compute-engine';
import { UserError } from '../../errors';
import type { FrontEnd } from '../../messages';
import type { ScoreDistribution } from '../../stats/distribution';
import type { JsonObject } from '../../store/json';
import type { ModelMetadata } from '../../store/model-file';
import { plainJson, withPart } from '../parts';
import { kindsOf } from '../score-kinds';
import type { InputScale } from './input-scale';
import type { LatentUse } from './latent-use';
import type { MixtureReport } from './mixture-training';
import type { TrainingOptions } from './train';

/** How the model came about. */
export interface TrainingRecord {
  /** What computed; absent in files from before there was a choice, which our own kernels trained. */
  engine?: EngineName;
  options: Omit<TrainingOptions, 'threads' | 'kernels' | 'engine'>;
  segments: number;
  epochs: number;
  loss: number;
  rl: number;
  kl: number;
  valLoss?: number;
  mixture?: MixtureReport;
  latentUse?: LatentUse;
  skippedUpdates: number;
  seconds: number;
}

/** What a VAE needs beside its weights. */
export interface VaeFacts {
  architecture: Architecture;
  scale: InputScale;
  training: TrainingRecord;
}

/** A VAE and the spectrograms that it knows. */
export interface SeenBy extends VaeFacts {
  frontEnd: FrontEnd;
}

/** What a model file says of a model with a VAE. */
export interface ModelFacts extends SeenBy {
  name: string;
  version: number;
  /** How normal sound scores, by the id of the score's kind. */
  scores: Record<string, ScoreDistribution>;
}

/** The VAE's JSON in a model file. */
export const vaeJson = ({ architecture, scale, training }: VaeFacts): JsonObject =>
  plainJson({ architecture, inputScale: scale, training });

/**
 * Reads it back.
 * @throws Error where something is missing that is needed to score
 */
export function vaeFacts({ architecture, inputScale, training }: JsonObject): VaeFacts {
  const facts = { architecture, scale: inputScale, training } as unknown as VaeFacts;
  const isComplete = isArchitecture(facts.architecture) && typeof facts.scale?.frames === 'number';
  if (!isComplete) throw new Error('it lacks the architecture of its network or what the network sees');
  return facts;
}

/**
 * What a model file says of a model with a VAE.
 * @throws UserError `model-damaged` where one lacks what is needed to score
 */
export function modelFacts(file: string, { name, version, frontEnd, scores, detectors }: ModelMetadata): ModelFacts {
  const isComplete =
    detectors.vae && Array.isArray(frontEnd.shape) && kindsOf('vae').every(kind => typeof scores[kind] === 'object');
  if (!isComplete) {
    throw new UserError(
      'model-damaged',
      `The model file ${file} lacks its network, spectrogram settings or scores; expected a file that vae-train wrote. Train again, or remove the file.`,
    );
  }
  const about = { name, version, frontEnd, scores } as unknown as Omit<ModelFacts, keyof VaeFacts>;
  return { ...about, ...withPart(file, () => vaeFacts(detectors.vae)) };
}
