// What is kept of a model beside its weights, and how it is read back from the model file's JSON.

import type { Architecture } from '../../engine/architecture';
import type { EngineName } from '../../engine/compute-engine';
import { UserError } from '../../errors';
import type { FrontEnd, ScoreInfo } from '../../messages';
import type { ScoreDistribution } from '../../stats/distribution';
import type { JsonObject } from '../../store/json';
import type { ModelMetadata } from '../../store/model-file';
import type { InputScale } from './input-scale';
import type { LatentUse } from './latent-use';
import type { MixtureReport } from './mixture-training';
import type { TrainingOptions } from './train';

export type ScoreKind = ScoreInfo['kind'];
export type Scores = Record<ScoreKind, ScoreDistribution>;

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

export interface ModelFacts {
  name: string;
  version: number;
  architecture: Architecture;
  frontEnd: FrontEnd;
  scale: InputScale;
  scores: Scores;
  training: TrainingRecord;
}

const json = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** The four JSON parts of a model file. */
export function describeModel(
  facts: Omit<ModelFacts, 'name' | 'version'>,
): Pick<ModelMetadata, 'architecture' | 'frontEnd' | 'scores' | 'training'> {
  return {
    architecture: json(facts.architecture),
    frontEnd: json({ ...facts.frontEnd, inputScale: facts.scale }),
    scores: json(facts.scores),
    training: json(facts.training),
  };
}

/**
 * Reads those parts back.
 * @throws UserError `model-damaged` where one lacks what is needed to score
 */
export function modelFacts(file: string, metadata: ModelMetadata): ModelFacts {
  const { architecture, frontEnd, scores, training } = metadata;
  const { inputScale, ...settings } = frontEnd as unknown as FrontEnd & { inputScale?: InputScale };
  const complete =
    Array.isArray(architecture.encoder) &&
    Array.isArray(architecture.decoder) &&
    Array.isArray(settings.shape) &&
    typeof inputScale?.columns === 'number' &&
    ['rl', 'kl', 'total'].every(kind => typeof scores[kind] === 'object');
  if (!complete) {
    throw new UserError(
      'model-damaged',
      `The model file ${file} lacks its architecture, spectrogram settings or scores; expected a file that vae-train wrote. Train again, or remove the file.`,
    );
  }
  return {
    name: metadata.name,
    version: metadata.version,
    architecture: architecture as unknown as Architecture,
    frontEnd: settings,
    scale: inputScale,
    scores: scores as unknown as Scores,
    training: training as unknown as TrainingRecord,
  };
}
