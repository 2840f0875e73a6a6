// Builds the package into dist/: TypeScript to CommonJS, the SIMD kernels to WebAssembly, and beside the nodes
// what Node-RED looks for there (editor forms, help texts, icons).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const dist = join(root, 'dist');

/** The two kernel modules: the same source, once with plain and once with relaxed SIMD (fused multiply-add). */
const KERNELS = [
  { out: 'plain.wasm', flags: [] },
  { out: 'relaxed.wasm', flags: ['--enable', 'relaxed-simd'] },
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
  for (const { out, flags } of KERNELS) {
    run(asc, [
      'kernels/index.ts',
      ...['--outFile', join('dist', 'kernels', out)],
      ...['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd', '--enable', 'threads', ...flags],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ]);
  }
}

function copyEditorFiles() {
  for (const name of readdirSync(join(root, 'nodes'))) {
    if (name.endsWith('.html')) cpSync(join(root, 'nodes', name), join(dist, 'nodes', name));
  }
  cpSync(join(root, 'nodes', 'locales'), join(dist, 'nodes', 'locales'), { recursive: true });
  cpSync(join(root, 'icons'), join(dist, 'nodes', 'icons'), { recursive: true });
}

const only = process.argv[2];
if (!only) rmSync(dist, { recursive: true, force: true });
if (!only || only === 'ts') compileTypeScript();
if ((!only || only === 'kernels') && existsSync(join(root, 'kernels', 'index.ts'))) compileKernels();
if (!only || only === 'ts' || only === 'editor') copyEditorFiles();
