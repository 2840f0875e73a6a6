// Tells when files of a kind in one folder have changed. The system's own notification makes it quick; looking again
// every few seconds makes it certain where notifications are missing (network drives, no watches left, the folder
// not there yet or made anew).
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface WatchTimes {
  /** Changes within this time of each other count as one. */
  settleMs: number;
  /** How often to look without having been notified. */
  pollMs: number;
}

/**
 * @param matters chooses file names; others are ignored
 * @param onChange called after a matching file has appeared, changed or gone, not for the state at the start
 * @returns ends the watch
 */
export function watchFolder(
  folder: string,
  matters: (name: string) => boolean,
  onChange: () => void,
  { settleMs, pollMs }: WatchTimes = { settleMs: 200, pollMs: 3000 },
): () => void {
  let closed = false;
  let watcher: FSWatcher | undefined;
  let settling: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let seen: string | undefined;

  const look = (): void => {
    looking = looking.then(async () => {
      const now = await stateOf(folder, matters);
      if (closed) return;
      const changed = seen !== undefined && now !== seen;
      seen = now;
      if (!watcher) watchNative();
      if (changed) onChange();
    });
  };
  const watchNative = (): void => {
    const stop = () => {
      watcher?.close();
      watcher = undefined;
    };
    try {
      watcher = watch(folder, { persistent: false }, (event, name) => {
        // The folder itself was renamed or removed: notifications are dead, the next look starts anew.
        if (event === 'rename' && !name) stop();
        clearTimeout(settling);
        settling = setTimeout(look, settleMs);
      });
      watcher.on('error', stop);
    } catch {
      watcher = undefined; // polling does it
    }
  };

  look();
  const poll = setInterval(look, pollMs);
  poll.unref();
  return () => {
    closed = true;
    watcher?.close();
    clearTimeout(settling);
    clearInterval(poll);
  };
}

/** Names, sizes and times as one text to compare; the same for a missing and an empty folder. */
async function stateOf(folder: string, matters: (name: string) => boolean): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const lines = names.filter(matters).map(async name => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return `${name} ${found?.ino} ${found?.size} ${found?.mtimeMs}`;
  });
  return (await Promise.all(lines)).sort().join('\n');
}
