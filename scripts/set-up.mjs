// What a fresh clone needs before anything else runs: the locked dependencies. Shared by `npm test` and `npm start`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const readJson = file => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Whether node_modules holds what package-lock.json says. npm notes what it installed in
 * node_modules/.package-lock.json. Packages for other platforms, and those inside another's tarball, need not be there.
 */
export function isInstalled() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(installedFile).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, peer, inBundle }]) =>
      path === '' || installed[path]?.version === version || (!installed[path] && (optional || peer || inBundle)),
  );
}

/**
 * Installs the locked dependencies where node_modules is missing or stale. Returns whether they are in place.
 * `npm ci` refuses a lock file that lacks another platform's optional binaries, which `npm install` takes as it is.
 */
export function ensureInstalled() {
  if (isInstalled()) return true;
  const attempts = existsSync(join(root, 'node_modules')) ? [] : [['ci']];
  attempts.push(['install', '--no-save']);
  return attempts.some(command => {
    console.log(`Installing the dependencies (npm ${command.join(' ')}) …`);
    return npm([...command, '--no-audit', '--no-fund']) === 0;
  });
}

function npm(args) {
  const windows = process.platform === 'win32';
  const options = {
    cwd: root,
    stdio: 'inherit',
    // NODE_ENV=production would leave out what the build and the tests need.
    env: { ...process.env, NODE_ENV: 'development' },
    shell: windows,
  };
  return spawnSync(windows ? 'npm.cmd' : 'npm', args, options).status;
}
