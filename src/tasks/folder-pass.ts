// One pass over a folder of sounds, read in a thread of its own.
import type { PassEvent, PassOptions } from '../audio/folder-pass';
import { StreamTask } from '../threads/stream-task';

/** The events of `readPass`. */
export const folderPassTask = new StreamTask<PassOptions, PassEvent>({
  file: __filename,
  name: 'folderPassTask',
  what: 'reads files',
  memoryOf: event => (event.type === 'segment' ? [event.pcm.buffer as ArrayBuffer] : []),
  async load() {
    const { readPass } = await import('../audio/folder-pass.js');
    return options => readPass(options);
  },
});
