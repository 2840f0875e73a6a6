// One pass over a folder of spectrograms, as folder-pass.ts makes one over sounds. Synchronous, one spectrogram in memory at
// a time: runs in feature-worker.ts.
import type { FolderEvent } from '../audio/folder-pass';
import { type FileKind, type FolderSelection, listFiles } from '../audio/sound-folder';
import { asError, UserError } from '../errors';
import { descriptionOf, type FeatureDescription, readFeature, VALUES } from './spectrogram-file';

export type SpectrogramSelection = Pick<FolderSelection, 'folder' | 'recursive' | 'onlyLabels'>;

export interface StoredSpectrogram {
  type: 'segment';
  /** Absolute path of the values. */
  file: string;
  values: Float32Array;
  description: FeatureDescription;
}

const SPECTROGRAMS: FileKind = {
  isWanted: file => file.endsWith(VALUES),
  // Whatever else lies there is none of our business: descriptions, notes, parts of files.
  isCompanion: () => true,
  whyNot: () => '',
};

/**
 * Reads the spectrograms of a folder in natural order.
 * @throws UserError `folder`, or `no-spectrograms` where there is nothing to read
 */
export function* readSpectrograms(options: SpectrogramSelection): Generator<FolderEvent<StoredSpectrogram>, void> {
  const { folder, recursive, onlyLabels } = options;
  const { files } = listFiles({ folder, recursive, labels: 'none', onlyLabels: [] }, SPECTROGRAMS);
  if (files.length === 0) {
    throw new UserError(
      'no-spectrograms',
      `no spectrogram in ${folder}${recursive ? '' : ' (folders within it are not looked at)'}; expected files ${VALUES} with a ${descriptionOf(VALUES)} beside each, as spectrogram-write makes them.`,
    );
  }
  yield { type: 'listed', files: files.length };
  const otherLabels = new Set<string>();
  let wanted = 0;
  for (const [index, { file, name }] of files.entries()) {
    yield { type: 'file', index, files: files.length, name };
    try {
      const { values, description } = readFeature(file);
      const { label } = description;
      if (onlyLabels.length > 0 && !(label !== undefined && onlyLabels.includes(label))) {
        otherLabels.add(label ?? '(none)');
        continue;
      }
      wanted++;
      yield { type: 'segment', file, values, description };
    } catch (thrown) {
      wanted++;
      yield { type: 'skipped', filename: file, reason: asError(thrown).message };
    }
  }
  if (wanted > 0) return;
  throw new UserError(
    'no-spectrograms',
    `no spectrogram in ${folder} has the label ${onlyLabels.join(' or ')}; the labels there are ${[...otherLabels].slice(0, 20).join(', ')}.`,
  );
}
