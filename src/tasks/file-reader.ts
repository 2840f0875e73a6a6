// Reads a folder of sounds in a worker thread.
import { join } from 'node:path';
import type { PassEvent, PassOptions } from '../audio/folder-pass';
import { PullReader } from '../threads/pull-reader';

/** One pass, as `readPass`; iterate over it once, and `close` it when done with it, early or not. */
export class FolderReader extends PullReader<PassEvent> {
  constructor(options: PassOptions) {
    super(join(__dirname, 'file-worker.js'), options);
  }
}
