// One pass over a folder of stored spectrograms, read in a thread of its own.
import type { FolderEvent } from '../audio/folder-pass';
import type { SpectrogramSelection, StoredSpectrogram } from '../store/spectrogram-pass';
import { StreamTask } from '../threads/stream-task';

/** The events of `readSpectrograms`. */
export const spectrogramPassTask = new StreamTask<SpectrogramSelection, FolderEvent<StoredSpectrogram>>({
  file: __filename,
  name: 'spectrogramPassTask',
  what: 'reads files',
  memoryOf: event => (event.type === 'segment' ? [event.values.buffer as ArrayBuffer] : []),
  async load() {
    const { readSpectrograms } = await import('../store/spectrogram-pass.js');
    return selection => readSpectrograms(selection);
  },
});
