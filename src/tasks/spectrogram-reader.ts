// Reads a folder of features in a worker thread.
import { join } from 'node:path';
import type { FolderEvent } from '../audio/folder-pass';
import type { FeatureSegment, FeatureSelection } from '../store/spectrogram-pass';
import { PullReader } from '../threads/pull-reader';

/** One pass, as `readFeatures`; iterate over it once, and `close` it when done with it, early or not. */
export class FeatureReader extends PullReader<FolderEvent<FeatureSegment>> {
  constructor(options: FeatureSelection) {
    super(join(__dirname, 'spectrogram-reader-worker.js'), options);
  }
}
