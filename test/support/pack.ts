// The package as users get it: packed once per test run, installed once the way the palette manager does, and copied
// from there into each test's user directory. `npm test` does the packing and installing before its processes start
// (prepare.ts) and tells them where by EARSHOT_TEST_PREPARED; a test that runs by itself does it when it needs it.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** In a prepared folder: what was packed. */
const PACKED = 'packed.json';

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

const prepared = process.env.EARSHOT_TEST_PREPARED;

async function pack(): Promise<PackedPackage> {
  if (prepared) return JSON.parse(readFileSync(join(prepared, PACKED), 'utf8'));
  return packInto(tempFolder('packed'));
}

async function packInto(folder: string): Promise<PackedPackage> {
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
  const key = keyOf(generation, packages);
  if (!installed.has(key)) installed.set(key, install(generation, packages));
  const userDir = tempFolder('userdir');
  cpSync(await installed.get(key)!, userDir, { recursive: true, verbatimSymlinks: true });
  return userDir;
}

const keyOf = (generation: Generation, packages: string[]): string => [generation.name, ...packages].join(' ');

async function install(generation: Generation, packages: string[]): Promise<string> {
  const ready = prepared && join(prepared, keyOf(generation, packages));
  if (ready && existsSync(ready)) return ready;
  return installInto(tempFolder('installed'), await packPackage(), generation, packages);
}

async function installInto(
  folder: string,
  { tarball }: PackedPackage,
  generation: Generation,
  packages: string[],
): Promise<string> {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'node-red-project', description: 'A Node-RED Project', version: '0.0.1', private: true }),
  );
  for (const name of [tarball, ...packages]) await npm([...PALETTE_INSTALL, name], folder, generation);
  return folder;
}

/** Packs the package and installs it with each generation that is there, for the processes of a test run. */
export async function prepare(folder: string, generations: readonly Generation[]): Promise<void> {
  const packed = await packInto(folder);
  writeFileSync(join(folder, PACKED), JSON.stringify(packed));
  for (const generation of generations) {
    const into = join(folder, keyOf(generation, []));
    mkdirSync(into);
    await installInto(into, packed, generation, []);
  }
}
