// A file system that is full after some kilobytes: a tmpfs of its own. Only root can mount one.
import { execFileSync } from 'node:child_process';
import type { Context } from 'mocha';
import { skip } from './system';
import { tempFolder } from './temp';

/**
 * Mounts one for the running test and returns its folder and what unmounts it. Skips the test where mounting is not
 * allowed, with CI=true as well: a container without that right cannot be given it.
 */
export function smallDisk(context: Context, kibibytes: number): { folder: string; unmount: () => void } {
  const folder = tempFolder('small-disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    skip(context, `a small file system cannot be mounted here: ${(error as Error).message.split('\n')[0]}`);
  }
  return { folder, unmount: () => void execFileSync('umount', ['-l', folder]) };
}
