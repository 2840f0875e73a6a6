// A saved rl-kl classifier: one file beside the versions of its model, in the model file's own format.
import { join } from 'node:path';
import { UserError } from '../../errors';
import { readModelFile, writeModelFile } from '../../store/model-file';
import { PACKAGE_VERSION } from '../../version';
import type { Part } from '../detector';
import { joinParts, partOf, withPart } from '../parts';
import { rlKl } from './detector';
import type { RlKlClassifier } from './rl-kl';

/** The model that gave the scores. */
export interface ScoredModel {
  version: number;
  /** Of its file; not known where the scores did not come from vae-score, nor in files of format version 2. */
  checksum?: string;
}

export interface SavedRlKl {
  classifier: RlKlClassifier;
  positiveLabel: string;
  model: ScoredModel;
}

/** Whether scores of the two can be judged by one classifier. */
export const scoresAlike = (a: ScoredModel, b: ScoredModel): boolean =>
  a.version === b.version && (a.checksum ?? b.checksum) === (b.checksum ?? a.checksum);

/** Where the classifier of a node lies; ids are unique and stay the same over restarts and redeploys. */
export function rlKlFile(modelFolder: string, nodeId: string): string {
  return join(modelFolder, `rl-kl-${nodeId.replace(/[^a-z0-9_-]/gi, '_')}.safetensors`);
}

/** @throws UserError `model-not-saved`; an older file is then untouched */
export function saveRlKl(
  file: string,
  { name, version, checksum }: ScoredModel & { name: string },
  { tensors: own, facts }: Part,
): void {
  const part = { tensors: own, facts: { ...facts, ...(checksum && { modelChecksum: checksum }) } };
  const { tensors, detectors } = joinParts({ [rlKl.id]: part });
  writeModelFile(file, tensors, {
    packageVersion: PACKAGE_VERSION,
    ...{ name, version, createdAt: new Date().toISOString() },
    ...{ frontEnd: {}, scores: {}, detectors },
  });
}

/** @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file */
export function loadRlKl(file: string): SavedRlKl {
  const content = readModelFile(file);
  const part = partOf(rlKl.id, file, content);
  const { positiveLabel, modelChecksum } = part.facts;
  if (typeof positiveLabel !== 'string') {
    throw new UserError(
      'model-damaged',
      `${file} holds no rl-kl classifier. Remove it and train the classifier again.`,
    );
  }
  return {
    classifier: withPart(file, () => rlKl.load(part)),
    positiveLabel,
    model: {
      version: content.metadata.version,
      checksum: typeof modelChecksum === 'string' ? modelChecksum : undefined,
    },
  };
}
