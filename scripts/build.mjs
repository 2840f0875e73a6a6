// Builds the package into dist/: TypeScript to CommonJS, the SIMD kernels to WebAssembly, and beside each node what
// Node-RED looks for there (its form, help texts, labels, icon); and the browser's code into resources/, which Node-RED
// serves. Types are checked elsewhere (scripts/test.mjs).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { helpOf } from './node-pages/help.mjs';
import { pageOf } from './node-pages/page.mjs';
import { languagesOf, typesIn } from './node-pages/source.mjs';

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

/** The dialogs of nodes: bundled into their pages. */
const IN_THE_BROWSER = /(^|\/)editor(\.ts$|\/)/;

/** What the kernels and their callers agree on, read by both compilers. */
const CONTRACTS = ['contract.ts', 'winograd-contract.ts'].map(file => join('kernels', file));

/** File by file, so that what stands in src/x.ts is dist/src/x.js: worker threads are started by their file's name. */
function compileTypeScript() {
  // What has moved or gone must not be found where it was.
  for (const folder of ['src', 'nodes']) rmSync(join(dist, folder), { recursive: true, force: true });
  const sources = ['src', 'nodes'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts') && !IN_THE_BROWSER.test(name))
      .map(name => join(folder, name)),
  );
  buildSync({
    absWorkingDir: root,
    entryPoints: [...sources, ...CONTRACTS],
    outdir: 'dist',
    outbase: '.',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
  });
}

/** What the editor loads by its path: the sidebar, the parts of dialogs and the plots on the workspace. */
const UI_ENTRIES = {
  sidebar: ['main'],
  dialogs: ['folder-check', 'microphone-test', 'spectrogram-preview', 'threshold-preview', 'training-time'],
  plots: ['inline'],
};

/** Bundles ui/ into resources/, as modules for browsers; what several of them share is loaded once. */
function bundleUi() {
  const resources = join(root, 'resources');
  // Names of shared chunks change with their content.
  rmSync(resources, { recursive: true, force: true });
  buildSync({
    absWorkingDir: root,
    entryPoints: Object.entries(UI_ENTRIES).flatMap(([folder, names]) => names.map(name => `./ui/${folder}/${name}`)),
    outdir: 'resources',
    outbase: 'ui',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
}

function compileKernels() {
  const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin', 'asc.js');
  mkdirSync(join(dist, 'kernels'), { recursive: true });
  for (const { entry, prefix, flags } of KERNELS) {
    for (const [kind, simdFlags] of Object.entries(SIMD)) {
      const args = [
        join('kernels', `${entry}.ts`),
        ...['--outFile', join('dist', 'kernels', `${prefix}${kind}.wasm`)],
        ...['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd', ...simdFlags],
        ...['--importMemory', '--initialMemory', '1', ...flags],
      ];
      execFileSync(process.execPath, [asc, ...args], { cwd: root, stdio: 'inherit' });
    }
  }
}

/** Node-RED reads `icons` and `locales` beside the file of a node only. */
function copyEditorFiles() {
  for (const folder of readdirSync(join(root, 'nodes'))) {
    const [from, to] = [join(root, 'nodes', folder), join(dist, 'nodes', folder)];
    mkdirSync(to, { recursive: true });
    const isNode = existsSync(join(from, 'fields.ts'));
    if (isNode) writeFileSync(join(to, `${folder}.html`), pageOf(root, folder));
    for (const name of readdirSync(from).filter(file => file.endsWith('.html') && !isNode)) {
      cpSync(join(from, name), join(to, name));
    }
    const locales = join(from, 'locales');
    if (existsSync(locales))
      cpSync(locales, join(to, 'locales'), { recursive: true, filter: name => !name.endsWith('.md') });
    if (existsSync(join(from, 'icon.svg'))) cpSync(join(from, 'icon.svg'), join(to, 'icons', `${folder}.svg`));
  }
}

function writeHelp() {
  for (const type of typesIn(root)) {
    for (const language of languagesOf(root, type)) {
      writeFileSync(join(dist, 'nodes', type, 'locales', language, `${type}.html`), helpOf(root, type, language));
    }
  }
}

const only = process.argv[2];
if (!only) rmSync(dist, { recursive: true, force: true });
if (!only || only === 'ts') compileTypeScript();
if (!only || only === 'ts' || only === 'ui') bundleUi();
if (!only || only === 'kernels') compileKernels();
if (!only || only === 'ts' || only === 'editor') {
  copyEditorFiles();
  writeHelp();
}
