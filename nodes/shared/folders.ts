// Where the folders that nodes name lie.
import { isAbsolute, join, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { UserError } from '../../src/errors';
import { BUNDLED, folderMisfit } from './schema';

const PACKAGE_ROOT = resolve(__dirname, '..', '..', '..');

/**
 * Where a folder lies: absolute paths as they are, `earshot:NAME` among the sounds that come with the package, anything
 * else below Node-RED's user directory.
 * @throws UserError `folder` where its name tells that it cannot be
 */
export function resolveFolder(RED: NodeAPI, folder: string): string {
  const misfit = folderMisfit(folder);
  if (misfit)
    throw new UserError(
      'folder',
      `${misfit.about.sentence ?? `the folder cannot be used; expected ${misfit.expected}.`}`,
    );
  const [, bundled] = BUNDLED.exec(folder) ?? [];
  if (bundled !== undefined) return join(PACKAGE_ROOT, 'examples', 'sounds', bundled);
  return isAbsolute(folder) ? folder : resolve(userDirectory(RED), folder);
}

/** Node-RED's user directory. */
export function userDirectory(RED: NodeAPI): string {
  const { userDir } = RED.settings as { userDir?: string };
  return userDir ?? process.cwd();
}
