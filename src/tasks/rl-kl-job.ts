// The training of an rl-kl classifier in a worker thread: what it is given and what it comes to.
import type { RlKlPoint, RlKlReport, RlKlSettings } from '../detectors/rl-kl/rl-kl';
import { WorkerJob } from '../threads/worker-job';

export interface RlKlTask {
  points: RlKlPoint[];
  settings: RlKlSettings;
  /** Where the classifier is saved. */
  file: string;
  /** The model whose scores these are. */
  model: { name: string; version: number };
}

export interface RlKlProgress {
  phase: 'training' | 'saving';
  epoch: number;
  epochs: number;
  loss: number;
  secondsLeft: number;
}

export class RlKlJob extends WorkerJob<RlKlTask, RlKlProgress, RlKlReport> {
  constructor(task: RlKlTask, onProgress: (progress: RlKlProgress) => void) {
    super('rl-kl-worker.js', task, onProgress);
  }
}
