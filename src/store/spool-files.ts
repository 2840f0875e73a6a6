// Names of spool files, and clearing away those of runs that crashed: the name says which process made it.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, thisProcess } from './process-identity';

const SPOOL_FILE = /^spool-([0-9a-f]{8})-(\d+)-([0-9a-f]*)-[0-9a-f]+\.f32$/;
/** A file of another host, in a shared folder, is left alone this long after its last write. */
const FOREIGN_AGE_MS = 24 * 60 * 60 * 1000;

/** @param unique hex digits that tell the spools of this process apart */
export function spoolName(unique: string): string {
  const { host, pid, started } = thisProcess();
  return `spool-${host}-${pid}-${started}-${unique}.f32`;
}

/** Removes spool files whose process is gone; never throws. */
export function removeStaleSpools(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return; // no folder, nothing stale
  }
  for (const name of names) {
    const [, host, pid, started] = SPOOL_FILE.exec(name) ?? [];
    if (host === undefined) continue;
    const file = join(folder, name);
    try {
      const running = isRunning({ host, pid: Number(pid), started });
      if (running ?? Date.now() - statSync(file).mtimeMs < FOREIGN_AGE_MS) continue;
      rmSync(file, { force: true });
    } catch {
      // another process was faster
    }
  }
}
