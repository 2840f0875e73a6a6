// One check of a folder of sounds, in a thread of its own.
import type { CheckEvent } from '../audio/folder-check';
import type { PassOptions } from '../audio/folder-pass';
import { StreamTask } from '../threads/stream-task';

/** The events of `checkFolder`. */
export const folderCheckTask = new StreamTask<PassOptions, CheckEvent>({
  file: __filename,
  name: 'folderCheckTask',
  what: 'checks the folder',
  async load() {
    const { checkFolder } = await import('../audio/folder-check.js');
    return options => checkFolder(options);
  },
});
