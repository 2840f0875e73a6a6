// How fast this computer trains a network, measured by training it for a moment: what the job is given and comes to.
import type { NetworkOptions } from '../ml/architecture';
import type { TrainingOptions } from '../ml/train';
import { WorkerJob } from './worker-job';

export interface PaceTask {
  /** Rows and columns of the pictures. */
  shape: [number, number];
  network: NetworkOptions;
  options: TrainingOptions;
}

/** Seconds that one picture takes in one epoch. */
export interface Pace {
  typical: number;
  /** What nine of ten updates took more than, and less than. */
  least: number;
  most: number;
}

export class PaceJob extends WorkerJob<PaceTask, never, Pace> {
  constructor(task: PaceTask) {
    super('pace-worker.js', task, () => {}, 'measurement');
  }
}
