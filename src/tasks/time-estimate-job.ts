// How fast this computer trains a network, measured by training it for a moment: what the job is given and comes to.

import type { TrainingOptions } from '../detectors/vae/train';
import type { NetworkOptions } from '../engine/architecture';
import { WorkerJob } from '../threads/worker-job';

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

export class TimeEstimateJob extends WorkerJob<PaceTask, never, Pace> {
  constructor(task: PaceTask) {
    super('time-estimate-worker.js', task, () => {}, 'measurement');
  }
}
