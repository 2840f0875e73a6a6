// One pass over a folder of stored spectrograms, read in a thread of its own.
import type { FolderEvent } from '../audio/folder-pass';
import type { FeatureSegment, FeatureSelection } from '../store/spectrogram-pass';
import { StreamTask } from '../threads/stream-task';

/** The events of `readFeatures`. */
export const spectrogramPassTask = new StreamTask<FeatureSelection, FolderEvent<FeatureSegment>>({
  file: __filename,
  name: 'spectrogramPassTask',
  what: 'reads files',
  memoryOf: event => (event.type === 'segment' ? [event.values.buffer as ArrayBuffer] : []),
  async load() {
    const { readFeatures } = await import('../store/spectrogram-pass.js');
    return selection => readFeatures(selection);
  },
});
