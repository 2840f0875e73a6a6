// The package as users get it: packed once per test run, installed once the way the palette manager does, and copied
// from there into each test's user directory.
import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { environmentOf, type Generation, NODE_RED_4 } from './generations';
import { tempFolder } from './temp';

const run = promisify(execFile);

export const PACKAGE_ROOT = resolve(__dirname, '..', '..');

/** What `npm pack --json` tells of the tarball. */
export interface PackedPackage {
  /** Absolute path of the tarball. */
  tarball: string;
  /** Bytes of the tarball. */
  size: number;
  files: { path: string; size: number }[];
}

/** What the palette manager runs in Node-RED's user directory (@node-red/registry, installer.js). */
const PALETTE_INSTALL = [
  'install',
  '--no-audit',
  '--no-update-notifier',
  '--no-fund',
  '--save',
  '--save-prefix=~',
  '--omit=dev',
  '--engine-strict',
  '--',
];

/** npm's environment as outside of any `npm run`, which passes the running package's own settings on. */
function plainEnvironment(generation: Generation): NodeJS.ProcessEnv {
  const inherited = /^npm_(lifecycle|package|config_local_prefix|config_prefix|command|execpath)|^INIT_CWD$/;
  return Object.fromEntries(Object.entries(environmentOf(generation)).filter(([name]) => !inherited.test(name)));
}

async function npm(args: string[], cwd: string, generation = NODE_RED_4): Promise<string> {
  const env = plainEnvironment(generation);
  const { stdout } = await run('npm', args, { cwd, env, maxBuffer: 16 << 20, timeout: 300_000 });
  return stdout;
}

let packed: Promise<PackedPackage> | undefined;

/** Packs the built package. `dist` is taken as it is: packing must not rebuild it under the running tests. */
export function packPackage(): Promise<PackedPackage> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<PackedPackage> {
  const folder = tempFolder('packed');
  const answer = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], PACKAGE_ROOT);
  const [{ filename, size, files }] = JSON.parse(answer);
  return { tarball: join(folder, filename), size, files };
}

const installed = new Map<string, Promise<string>>();

/**
 * A fresh user directory with the packed tarball, and further packages from the registry, installed by the palette
 * manager's command line.
 */
export function installedUserDir(...packages: string[]): Promise<string> {
  return installedUserDirFor(NODE_RED_4, ...packages);
}

/** The same, installed by npm on the Node.js of a generation. */
export async function installedUserDirFor(generation: Generation, ...packages: string[]): Promise<string> {
  const key = [generation.name, ...packages].join(' ');
  if (!installed.has(key)) installed.set(key, install(generation, packages));
  const userDir = tempFolder('userdir');
  cpSync(await installed.get(key)!, userDir, { recursive: true, verbatimSymlinks: true });
  return userDir;
}

async function install(generation: Generation, packages: string[]): Promise<string> {
  const { tarball } = await packPackage();
  const folder = tempFolder('installed');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'node-red-project', description: 'A Node-RED Project', version: '0.0.1', private: true }),
  );
  for (const name of [tarball, ...packages]) await npm([...PALETTE_INSTALL, name], folder, generation);
  return folder;
}
