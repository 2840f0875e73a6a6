// Keeps the rooms of the house apart: what may import what (see the README's section on the code).
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { preProcessFile } from 'typescript';
import { PACKAGE_ROOT } from '../support/pack';

/** What every folder of src/ may import. */
const COMMON = ['error-codes', 'errors', 'formats', 'turns', 'variables'];
/** For each room of src/, the rooms it may import: those above it in this list, from the ground up. */
const ROOMS: Record<string, string[]> = {
  ...Object.fromEntries(COMMON.map(room => [room, []])),
  version: [],
  threads: [],
  messages: ['threads'],
  wasm: [],
  files: [],
  audio: ['messages', 'threads', 'files'],
  dsp: ['messages', 'threads', 'audio', 'wasm'],
  store: ['version', 'messages', 'files', 'audio'],
  stats: ['threads', 'store'],
  engine: ['messages', 'threads', 'wasm', 'store', 'stats'],
  detectors: ['version', 'messages', 'threads', 'dsp', 'store', 'stats', 'engine'],
  alarm: ['stats'],
  charts: ['messages', 'dsp', 'stats'],
  export: ['version', 'messages', 'threads', 'files', 'store', 'stats', 'engine', 'detectors'],
  // What runs in worker threads: puts the others together.
  tasks: [
    ...['version', 'messages', 'threads', 'files', 'audio', 'dsp', 'store', 'stats', 'engine', 'detectors', 'charts'],
    'export',
  ],
  live: ['messages', 'stats', 'audio', 'dsp', 'alarm', 'detectors', 'charts', 'tasks'],
};

interface Import {
  /** Importing file, relative to the package. */
  from: string;
  /** As written. */
  specifier: string;
  /** The imported file relative to the package, for relative imports. */
  target?: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name));
}

/** Static and dynamic imports and require() calls of a file. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(PACKAGE_ROOT, file), 'utf8');
  return preProcessFile(text, true, true).importedFiles.map(({ fileName: specifier }) => ({
    from: file,
    specifier,
    target: specifier.startsWith('.')
      ? relative(PACKAGE_ROOT, resolve(PACKAGE_ROOT, dirname(file), specifier))
      : undefined,
  }));
}

/** The source file behind an imported path, which may be a folder; a kernel or a package is none. */
function sourceOf(target: string | undefined): string[] {
  const candidates = target ? [`${target}.ts`, join(target, 'index.ts')] : [];
  return candidates.filter(file => existsSync(join(PACKAGE_ROOT, file)));
}

/** The first circle found: files that import one another, the last the first again. */
function circleIn(imports: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const follow = (file: string, path: string[]): string[] | undefined => {
    const from = path.indexOf(file);
    if (from >= 0) return [...path.slice(from), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const target of imports.get(file) ?? []) {
      const circle = follow(target, [...path, file]);
      if (circle) return circle;
    }
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = follow(file, []);
    if (circle) return circle;
  }
  return undefined;
}

const roomOf = (file: string): string => file.split(sep)[1].replace(/\.ts$/, '');
const show = ({ from, specifier }: Import): string => `${from} imports ${specifier}`;

describe('architecture', () => {
  const library = sourceFiles('src').flatMap(importsOf);
  const shells = sourceFiles('nodes').flatMap(importsOf);
  const browser = sourceFiles('ui').flatMap(importsOf);

  it('finds the imports it judges', () => {
    assert.ok(library.some(({ target }) => target === join('src', 'errors')));
    assert.ok(shells.some(({ target }) => target === join('src', 'messages')));
    assert.ok(browser.some(({ target }) => target === join('src', 'formats')));
  });

  it('has a rule for every room of src/', () => {
    const rooms = new Set(sourceFiles('src').map(roomOf));
    assert.deepEqual(
      [...rooms].filter(room => !(room in ROOMS)),
      [],
    );
  });

  it('lets src/ import downwards only', () => {
    const wrong = library.filter(({ from, target }) => {
      if (!target) return false;
      if (!target.startsWith(`src${sep}`)) return !target.startsWith(`kernels${sep}`);
      const [room, imported] = [roomOf(from), roomOf(target)];
      return imported !== room && !COMMON.includes(imported) && !ROOMS[room].includes(imported);
    });
    assert.deepEqual(wrong.map(show), []);
  });

  it('imports no file in a circle, not even for types', () => {
    const files = ['src', 'nodes', 'ui'].flatMap(sourceFiles);
    const imports = new Map(files.map(file => [file, importsOf(file).flatMap(({ target }) => sourceOf(target))]));
    const passEnd = join('nodes', 'shared', 'pass-end.ts');
    assert.ok(imports.get(join('nodes', 'shared', 'shell.ts'))?.includes(passEnd), 'finds what is imported');
    assert.ok(
      imports.get(passEnd)?.includes(join('nodes', 'shared', 'handlers.ts')),
      'finds what is imported for types',
    );
    const circle = circleIn(imports);
    assert.equal(circle, undefined, circle?.join(' imports '));
    assert.deepEqual(circleIn(new Map(Object.entries({ a: ['b'], b: ['c', 'd'], d: ['b'] }))), ['b', 'd', 'b']);
  });

  it("lets the browser's code import src/, a node's fields and the keys of texts, and be imported by nothing", () => {
    const allowed = /^(ui|src)\/|^nodes\/[^/]+\/(fields|locales\/en-US\/[^/]+\.json)$/;
    const wrong = browser.filter(({ target }) => !target || !allowed.test(target.split(sep).join('/')));
    assert.deepEqual(wrong.map(show), []);
    const users = [...library, ...shells].filter(({ target }) => target?.startsWith(`ui${sep}`));
    assert.deepEqual(users.map(show), []);
  });

  it('keeps Node-RED out of src/', () => {
    const wrong = library.filter(({ specifier }) => /^(@node-red|node-red)/.test(specifier));
    assert.deepEqual(wrong.map(show), []);
  });

  it('needs at run time only what package.json lists', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
    const listed = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0];
    // `node-red` gives types only: it is the host, never loaded by us.
    const wrong = [...library, ...shells].filter(
      ({ specifier }) => !/^(\.|node:|node-red$)/.test(specifier) && !listed.has(packageOf(specifier)),
    );
    assert.deepEqual(wrong.map(show), []);
  });

  it('imports Node-RED in node shells for its types only', () => {
    const wrong = sourceFiles('nodes').filter(file =>
      /^import (?!type\b)[^;]*from '(@node-red|node-red)/m.test(readFileSync(join(PACKAGE_ROOT, file), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });
});
