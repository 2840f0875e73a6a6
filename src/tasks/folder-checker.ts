// Checks a folder of sounds in a worker thread.
import { join } from 'node:path';
import type { CheckEvent } from '../audio/folder-check';
import type { PassOptions } from '../audio/folder-pass';
import { PullReader } from '../threads/pull-reader';

/** One check, as `checkFolder`; iterate over it once, and `close` it when done with it, early or not. */
export class FolderChecker extends PullReader<CheckEvent> {
  constructor(options: PassOptions) {
    super(join(__dirname, 'check-worker.js'), options);
  }
}
