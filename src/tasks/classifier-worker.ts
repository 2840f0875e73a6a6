// The worker thread of one classifier's training: searches, trains, judges, saves.
import { FeatureClassifier } from '../detectors/features/classifier';
import {
  type ClassifierProgress,
  type TrainedClassifier,
  trainClassifier,
} from '../detectors/features/train-classifier';
import { paced } from '../detectors/progress';
import type { JsonObject } from '../store/json';
import { writeModelFile } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import { type JobWatch, runJob } from '../threads/job-thread';
import { PACKAGE_VERSION } from '../version';
import type { ClassifierTask, SavedClassifierReport } from './classifier-job';

function run(task: ClassifierTask, { onProgress, cancelled }: JobWatch<ClassifierProgress>): SavedClassifierReport {
  const trained = trainClassifier(task.table, task.options, paced(onProgress), cancelled);
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

runJob(run);
