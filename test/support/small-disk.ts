// A real file system of a few hundred kilobytes, to see what happens when the disk is full. Mounting one takes root.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { skip } from './system';
import { tempFolder } from './temp';

const mounted: string[] = [];

/** Skips the test, with the reason, where no file system can be mounted. */
export function smallDisk(context: Context, kilobytes: number): string {
  const folder = tempFolder('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    const reason = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    skip(context, `no small file system can be mounted here, which takes root (${reason})`);
  }
  mounted.push(folder);
  return folder;
}

/** Takes up so many kilobytes; returns how to give them back. */
export function fillDisk(folder: string, kilobytes: number): () => void {
  const filler = join(folder, 'filler');
  writeFileSync(filler, Buffer.alloc(kilobytes * 1024));
  return () => rmSync(filler);
}

/** Call in `afterEach`. */
export function removeSmallDisks(): void {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder]);
}

process.on('exit', removeSmallDisks);
