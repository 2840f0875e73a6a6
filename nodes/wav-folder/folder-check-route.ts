// What the dialog of wav-folder asks for: what the folder set in the form would give. Names and counts, no content.
import type { NodeAPI } from 'node-red';
import type { PassOptions } from '../../src/audio/folder-pass';
import type { CheckLine } from '../../src/live/dialog-messages';
import { folderCheckTask } from '../../src/tasks/folder-check';
import { lineHandler } from '../shared/line-answer';
import { routesOf } from '../shared/routes';

/** More than a check takes, which ends by itself: for a disk that does not answer. */
const MOST_SECONDS = 20;

/**
 * `POST /audio-anomaly/wav-folder/check` `{dialog, …properties}` → lines of JSON: CheckLine. It looks
 * where a deployed node would, so it is for those who may change flows.
 * @param read the node's own reading of its properties
 */
export function registerFolderCheckRoute(RED: NodeAPI, read: (form: object) => PassOptions): void {
  const busy = 'a folder is being checked in another dialog just now; wait until that has ended';
  const answer = lineHandler<CheckLine>({ busy, seconds: MOST_SECONDS }, async (form, tell, signal) => {
    const checker = folderCheckTask.open(read(form));
    signal.addEventListener('abort', () => void checker.close(), { once: true });
    try {
      for await (const event of checker) tell(event);
    } finally {
      await checker.close();
    }
  });
  routesOf(RED).post('wav-folder/check', 'write', answer);
}
