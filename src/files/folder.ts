// Folders: made with those above them, and flushed, which makes durable what was made, renamed or removed in them.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; it is still there after a power cut. Node.js has an option for that, which never
 * returns where the system answers that a folder cannot be made in one that is there, as /proc does.
 */
export function makeFolder(folder: string): void {
  const above = dirname(folder);
  try {
    mkdirSync(folder);
    flushFolderSync(above);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(above)) throw thrown;
    makeFolder(above);
    makeFolder(folder);
  }
}

/** Returns when the names in a folder are on the disk, where the system has a notion of that. */
export async function flushFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (thrown) {
    if (!isUnflushable(thrown)) throw thrown;
  } finally {
    await handle?.close();
  }
}

/** The same at once, for a worker thread. */
export function flushFolderSync(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, 'r');
    fsyncSync(fd);
  } catch (thrown) {
    if (!isUnflushable(thrown)) throw thrown;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Windows and some network file systems cannot flush a folder; they order what is done in it themselves. */
function isUnflushable(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(code ?? '');
}
