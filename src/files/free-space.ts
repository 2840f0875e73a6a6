// How much room a disk has.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that may still be written where `folder` is, or would be made; undefined where the system does not tell. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(folder);
    // Some network file systems have no size at all.
    return blocks > 0 ? bavail * bsize : undefined;
  } catch (thrown) {
    const above = dirname(folder);
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT' && above !== folder;
    return isMissing ? freeSpace(above) : undefined;
  }
}
