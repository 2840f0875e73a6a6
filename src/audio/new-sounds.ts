// Tells of new sound files in a folder, each once it has stopped growing: a recording that is still being written
// would be read in half.
import { realpathSync } from 'node:fs';
import { watch } from 'chokidar';
import { asError, UserError } from '../errors';
import { isSoundName } from './sound-folder';

/** A file counts as finished when its size has not changed for this long. */
const QUIET_MS = 2000;
const POLL_MS = 250;

export interface NewSounds {
  /** The folder as the files' paths start with it. */
  readonly root: string;
  close(): Promise<void>;
}

/**
 * Watches a folder. Links within it are not followed: they could lead back up.
 * @param options.tellExisting the files that are there already count as new
 * @param onFile gets the absolute path of each new sound file
 * @throws UserError `folder` where there is no such folder
 */
export function watchForSounds(
  folder: string,
  options: { recursive: boolean; quietMs?: number; tellExisting?: boolean },
  onFile: (file: string) => void,
  onError: (error: Error) => void,
): NewSounds {
  const quiet = options.quietMs ?? QUIET_MS;
  const root = existing(folder);
  const watcher = watch(root, {
    ignoreInitial: !options.tellExisting,
    followSymlinks: false,
    depth: options.recursive ? undefined : 0,
    awaitWriteFinish: { stabilityThreshold: quiet, pollInterval: Math.min(POLL_MS, quiet / 2) },
  });
  watcher.on('add', file => {
    if (isSoundName(file)) onFile(file);
  });
  watcher.on('error', error => onError(asError(error)));
  return { root, close: () => watcher.close() };
}

function existing(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (cause) {
    throw new UserError('folder', `no such folder to watch: ${folder}. Make it, or check its name.`, { cause });
  }
}
