// A saved rl-kl classifier: one file beside the versions of its model, in the model file's own format.
import { join } from 'node:path';
import { UserError } from '../../errors';
import type { MlpShape } from '../../stats/mlp';
import type { ZNorm } from '../../stats/z-norm';
import type { JsonObject } from '../../store/json';
import { readModelFile, writeModelFile } from '../../store/model-file';
import { PACKAGE_VERSION } from '../../version';
import { RlKlClassifier, type RlKlReport, type RlKlSettings } from './rl-kl';

export interface SavedRlKl {
  classifier: RlKlClassifier;
  positiveLabel: string;
  /** The version of the model whose scores it was trained on. */
  modelVersion: number;
}

/** Where the classifier of a node lies; ids are unique and stay the same over restarts and redeploys. */
export function rlKlFile(modelFolder: string, nodeId: string): string {
  return join(modelFolder, `rl-kl-${nodeId.replace(/[^a-z0-9_-]/gi, '_')}.safetensors`);
}

const json = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** @throws UserError `model-not-saved`; an older file is then untouched */
export function saveRlKl(
  file: string,
  model: { name: string; version: number },
  classifier: RlKlClassifier,
  settings: RlKlSettings,
  { accuracy, balancedAccuracy, auc, never, evaluatedOn, evaluated }: RlKlReport,
): void {
  const { shape, norm } = classifier;
  writeModelFile(file, classifier.tensors(), {
    packageVersion: PACKAGE_VERSION,
    name: model.name,
    version: model.version,
    createdAt: new Date().toISOString(),
    architecture: json({ classifier: 'rl-kl', shape, norm, positiveLabel: settings.positiveLabel }),
    frontEnd: {},
    scores: {},
    training: json({ settings, accuracy, balancedAccuracy, auc, never, evaluatedOn, evaluated }),
  });
}

/** @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file */
export function loadRlKl(file: string): SavedRlKl {
  const { tensors, metadata } = readModelFile(file);
  const { classifier, shape, norm, positiveLabel } = metadata.architecture as unknown as {
    classifier?: string;
    shape?: MlpShape;
    norm?: ZNorm;
    positiveLabel?: string;
  };
  if (classifier !== 'rl-kl' || !shape || !norm || typeof positiveLabel !== 'string') {
    throw new UserError(
      'model-damaged',
      `${file} holds no rl-kl classifier. Remove it and train the classifier again.`,
    );
  }
  return {
    classifier: RlKlClassifier.fromTensors(shape, norm, tensors),
    positiveLabel,
    modelVersion: metadata.version,
  };
}
