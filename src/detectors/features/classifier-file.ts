// The versions of a feature classifier on disk, in the model file's own format.
import { readModelFile } from '../../store/model-file';
import type { ModelStore } from '../../store/model-store';
import type { Part } from '../detector';
import { joinParts, partOf, withPart } from '../parts';
import type { FeatureClassifier } from './classifier';
import { features } from './detector';

/**
 * Saves the next version; older ones than the store keeps are removed.
 * @throws UserError `model-not-saved`
 */
export function saveClassifier(store: ModelStore, part: Part): { version: number; file: string } {
  const { tensors, detectors } = joinParts({ [features.id]: part });
  return store.save(tensors, { frontEnd: {}, scores: {}, detectors });
}

/** @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file */
export function loadClassifier(file: string): FeatureClassifier {
  const part = partOf(features.id, file, readModelFile(file));
  return withPart(file, () => features.load(part));
}
