// The training of a feature classifier in a thread of its own: searches, trains, judges, saves.
import { FeatureClassifier } from '../detectors/features/classifier';
import type { FeatureTable } from '../detectors/features/feature-table';
import {
  type ClassifierOptions,
  type ClassifierProgress,
  type ClassifierReport,
  type TrainedClassifier,
  trainClassifier,
} from '../detectors/features/train-classifier';
import { paced } from '../detectors/progress';
import type { JsonObject } from '../store/json';
import { writeModelFile } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';
import { PACKAGE_VERSION } from '../version';

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

export const classifierTask = new LongTask<ClassifierTask, SavedClassifierReport, ClassifierProgress>({
  file: __filename,
  name: 'classifierTask',
  what: 'trains the classifier',
  load: async () => run,
});

function run(task: ClassifierTask, { tell, cancelled }: Watch<ClassifierProgress>): SavedClassifierReport {
  const trained = trainClassifier(task.table, task.options, paced(tell), cancelled);
  return save(task, trained);
}

const json = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

function save({ folder, name, options }: ClassifierTask, { mlp, norm, report }: TrainedClassifier) {
  const { labels, features, confusion, crossEntropy, accuracy, balancedAccuracy, never } = report;
  const { tensors, architecture, frontEnd } = new FeatureClassifier(labels, features, norm, mlp).describe();
  const store = new ModelStore(folder, name);
  const version = store.nextVersion();
  const file = store.pathOf(version);
  const { trials, epochs, bestEpoch, rows, trainingAccuracy, validationAccuracy, seconds } = report;
  writeModelFile(file, tensors, {
    packageVersion: PACKAGE_VERSION,
    name,
    version,
    createdAt: new Date().toISOString(),
    architecture: json(architecture),
    frontEnd: json(frontEnd),
    scores: json({ confusion, crossEntropy, accuracy, balancedAccuracy, never }),
    training: json({ options, trials, epochs, bestEpoch, rows, trainingAccuracy, validationAccuracy, seconds }),
  });
  store.prune();
  return { ...report, name, version, file };
}
