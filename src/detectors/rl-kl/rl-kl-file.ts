// A saved rl-kl classifier: one file beside the versions of its model, in the model file's own format.
import { join } from 'node:path';
import { UserError } from '../../errors';
import { readModelFile, writeModelFile } from '../../store/model-file';
import { PACKAGE_VERSION } from '../../version';
import type { Part } from '../detector';
import { joinParts, partOf, withPart } from '../parts';
import { rlKl } from './detector';
import type { RlKlClassifier } from './rl-kl';

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

/** @throws UserError `model-not-saved`; an older file is then untouched */
export function saveRlKl(file: string, model: { name: string; version: number }, part: Part): void {
  const { tensors, detectors } = joinParts({ [rlKl.id]: part });
  writeModelFile(file, tensors, {
    packageVersion: PACKAGE_VERSION,
    ...{ name: model.name, version: model.version, createdAt: new Date().toISOString() },
    ...{ frontEnd: {}, scores: {}, detectors },
  });
}

/** @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file */
export function loadRlKl(file: string): SavedRlKl {
  const content = readModelFile(file);
  const part = partOf(rlKl.id, file, content);
  const { positiveLabel } = part.facts;
  if (typeof positiveLabel !== 'string') {
    throw new UserError(
      'model-damaged',
      `${file} holds no rl-kl classifier. Remove it and train the classifier again.`,
    );
  }
  return {
    classifier: withPart(file, () => rlKl.load(part)),
    positiveLabel,
    modelVersion: content.metadata.version,
  };
}
