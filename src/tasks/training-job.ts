// The training of a VAE in a worker thread: what it is given and what it comes to.

import type { LatentUse } from '../detectors/vae/latent-use';
import type { MixtureReport } from '../detectors/vae/mixture-training';
import type { SweepRange, SweepReport } from '../detectors/vae/sweep';
import type { TrainingOptions, TrainingProgress } from '../detectors/vae/train';
import type { NetworkOptions } from '../engine/architecture';
import type { FrontEnd } from '../messages';
import type { SpoolDescriptor } from '../store/example-spool';
import { WorkerJob } from '../threads/worker-job';

/** What the worker is given. */
export interface TrainingTask {
  spool: SpoolDescriptor;
  frontEnd: FrontEnd;
  network: NetworkOptions;
  options: TrainingOptions;
  /** Trains once for each of these weights, instead of once with `options.rlWeight`, and saves the best. */
  sweep?: SweepRange;
  /** Where all models live, and the name of this one. */
  folder: string;
  name: string;
}

/** `msg.payload` of a model message. */
export interface ModelReport {
  name: string;
  version: number;
  file: string;
  epochs: number;
  loss: number;
  rl: number;
  kl: number;
  /** Reconstruction losses of the training segments. */
  scores: { count: number; mean: number; std: number; min: number; max: number };
  segments: number;
  seconds: number;
  skippedUpdates: number;
  /** With a mixture prior: how many of its components live. */
  mixture?: MixtureReport;
  /** How many latent values tell segments apart; not for a plain autoencoder. */
  latentUse?: LatentUse;
  /** What is wrong with the model, and what to change; empty where nothing is. */
  warnings: string[];
  /** What came of each weight, where several were tried. */
  sweep?: SweepReport;
}

export class TrainingJob extends WorkerJob<TrainingTask, TrainingProgress, ModelReport> {
  constructor(task: TrainingTask, onProgress: (progress: TrainingProgress) => void) {
    super('training-worker.js', task, onProgress);
  }
}
