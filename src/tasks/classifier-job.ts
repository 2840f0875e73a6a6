// The training of a feature classifier in a worker thread: what it is given and what it comes to.
import type { FeatureTable } from '../detectors/features/feature-table';
import type { ClassifierOptions, ClassifierProgress, ClassifierReport } from '../detectors/features/train-classifier';
import { WorkerJob } from '../threads/worker-job';

export interface ClassifierTask {
  table: FeatureTable;
  options: ClassifierOptions;
  /** Where all classifiers live, and the name of this one. */
  folder: string;
  name: string;
}

/** `msg.payload` of a report message, but for its kind. */
export interface SavedClassifierReport extends ClassifierReport {
  name: string;
  version: number;
  file: string;
}

export class ClassifierJob extends WorkerJob<ClassifierTask, ClassifierProgress, SavedClassifierReport> {
  constructor(task: ClassifierTask, onProgress: (progress: ClassifierProgress) => void) {
    super('classifier-worker.js', task, onProgress);
  }
}
