// Files that are of use to one process only: what is being written and has no name of its own yet, and what is collected
// for a training. Their names say whose they are, and whoever comes across one of a process that is gone removes it.
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, thisProcess } from './process-identity';

const OWNED = /-([0-9a-f]{8})-(\d*)-(\d+)-(\d*)-[0-9a-f]{12}\.tmp$/;
/** What such files were called before their names told whose they are. */
const FORMER = /\.[0-9a-f]{12}\.tmp$|^\..+\.wav\.part$|^spool-[0-9a-f-]+\.f32$/;
/** Where the owner cannot be asked – it runs elsewhere, or nobody knows it – its file is old after this long. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** @param kind start of the name; with a dot in front, the file is hidden */
export function temporaryName(kind: string): string {
  const { boot, space, pid, started } = thisProcess();
  return `${kind}-${boot}-${space}-${pid}-${started}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Removes temporary files in `folder` that nobody needs any more; never throws.
 * @param names what is in the folder, where that is known already
 */
export function removeLeftovers(folder: string, names = namesIn(folder)): void {
  for (const name of names) {
    const [owned, boot, space, pid, started] = OWNED.exec(name) ?? [];
    if (!owned && !FORMER.test(name)) continue;
    const file = join(folder, name);
    try {
      const isNeeded = owned ? isRunning({ boot, space, pid: Number(pid), started }, folder) : undefined;
      if (!(isNeeded ?? isYoung(file))) rmSync(file, { force: true });
    } catch {
      // another process was faster, or may what this one may not
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no folder, no leftovers
  }
}

/** A time in the future is no sign of youth: the clock has been set back since. */
function isYoung(file: string): boolean {
  return Math.abs(Date.now() - statSync(file).mtimeMs) < OLD_MS;
}
