// Tells when files of a kind in one folder have changed. The system's own notification makes it quick; looking again
// every few seconds makes it certain where notifications are missing (network drives, no watches left, the folder
// not there yet or made anew). chokidar, which finds new sounds below a folder (audio/new-sounds.ts), hears nothing of a
// folder that is made after it began.
import { type FSWatcher, readdirSync, type Stats, statSync, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Turns } from '../turns';

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
  const looks = new Turns();
  // Looked up before returning: what changes from here on is told.
  let seen = stateNow(folder, matters);

  const look = (): void => {
    void looks.take(async () => {
      const now = await stateOf(folder, matters);
      if (closed) return;
      const changed = now !== seen;
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
  const found = names.filter(matters).map(async name => {
    const stats = await stat(join(folder, name)).catch(() => undefined);
    return describe(name, stats);
  });
  return (await Promise.all(found)).sort().join('\n');
}

/** The same at once. */
function stateNow(folder: string, matters: (name: string) => boolean): string {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // missing, or not readable: the same to us until that changes
  }
  return names
    .filter(matters)
    .map(name => describe(name, statSync(join(folder, name), { throwIfNoEntry: false })))
    .sort()
    .join('\n');
}

function describe(name: string, stats: Stats | undefined): string {
  return `${name} ${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
}
