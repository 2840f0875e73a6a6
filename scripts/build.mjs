// Builds the package into dist/: TypeScript to CommonJS, the SIMD kernels to WebAssembly, and beside the nodes
// what Node-RED looks for there (editor forms, help texts, icons).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Includes } from './includes.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const dist = join(root, 'dist');

/** Each kernel module is built twice from the same source: with plain and with relaxed SIMD (fused multiply-add). */
const SIMD = { plain: [], relaxed: ['--enable', 'relaxed-simd'] };
/** The network's kernels share a memory between threads, the spectrograms' have one in each thread. */
const KERNELS = [
  { entry: 'index', prefix: '', flags: ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'] },
  { entry: 'dsp', prefix: 'dsp-', flags: [] },
];

function run(bin, args) {
  execFileSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit' });
}

function compileTypeScript() {
  run(join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc'), ['-p', 'tsconfig.json']);
}

function compileKernels() {
  const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin', 'asc.js');
  mkdirSync(join(dist, 'kernels'), { recursive: true });
  for (const { entry, prefix, flags } of KERNELS) {
    for (const [kind, simdFlags] of Object.entries(SIMD)) {
      run(asc, [
        join('kernels', `${entry}.ts`),
        ...['--outFile', join('dist', 'kernels', `${prefix}${kind}.wasm`)],
        ...['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd', ...simdFlags],
        ...['--importMemory', '--initialMemory', '1', ...flags],
      ]);
    }
  }
}

function copyEditorFiles() {
  const includes = new Includes(join(root, 'nodes'), 'editor');
  for (const folder of ['nodes', join('nodes', 'sidebar')]) {
    mkdirSync(join(dist, folder), { recursive: true });
    for (const name of readdirSync(join(root, folder)).filter(file => file.endsWith('.html'))) {
      const page = join(folder, name);
      writeFileSync(join(dist, page), includes.fillIn(page, readFileSync(join(root, page), 'utf8')));
    }
    cpSync(join(root, folder, 'locales'), join(dist, folder, 'locales'), { recursive: true });
  }
  includes.assertAllUsed();
  cpSync(join(root, 'icons'), join(dist, 'nodes', 'icons'), { recursive: true });
}

const only = process.argv[2];
if (!only) rmSync(dist, { recursive: true, force: true });
if (!only || only === 'ts') compileTypeScript();
if ((!only || only === 'kernels') && existsSync(join(root, 'kernels', 'index.ts'))) compileKernels();
if (!only || only === 'ts' || only === 'editor') copyEditorFiles();
