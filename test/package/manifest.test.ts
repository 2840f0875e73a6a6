// The package as it is published: small, without surprises on installation, and without traces of where it was made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT, type PackedPackage, packPackage } from '../support/pack';

interface LockEntry {
  version?: string;
  dev?: boolean;
  peer?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
  engines?: { node?: string };
  resolved?: string;
}

const MEBIBYTE = 1 << 20;
const readJson = (file: string) => JSON.parse(readFileSync(join(PACKAGE_ROOT, file), 'utf8'));
// npm's own version arithmetic, found from a package that depends on it.
const { subset } = createRequire(createRequire(__filename).resolve('node-red/package.json'))('semver') as {
  subset(range: string, within: string): boolean;
};

describe('package', function () {
  this.timeout(60_000);
  const manifest = readJson('package.json');
  const lock = readJson('package-lock.json').packages as Record<string, LockEntry>;
  /** Everything that comes with an installation of the package. */
  const runtime = Object.entries(lock).filter(([path, entry]) => path !== '' && !entry.dev && !entry.peer);
  let packed: PackedPackage;

  before(async () => {
    packed = await packPackage();
  });

  it('has at most six runtime dependencies', () => {
    const names = Object.keys(manifest.dependencies);
    assert.ok(names.length <= 6, names.join(', '));
    assert.ok(runtime.length >= names.length, 'the lock file lists the runtime tree');
  });

  it('runs no install script, neither its own nor one of what it depends on', () => {
    const scripts = Object.keys(manifest.scripts).filter(name => /^(pre|post)?install$|^prepare$/.test(name));
    assert.deepEqual(scripts, []);
    assert.deepEqual(
      runtime.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path),
      [],
    );
  });

  it('depends on nothing that refuses a Node.js it supports (npm install --engine-strict)', () => {
    const refusing = runtime
      .filter(([, { engines }]) => engines?.node && !subset(manifest.engines.node, engines.node))
      .map(([path, { engines }]) => `${path} wants Node.js ${engines?.node}`);
    assert.deepEqual(refusing, []);
  });

  it('leaves the native engines to the user', () => {
    for (const name of ['@tensorflow/tfjs-node', 'decibri', 'naudiodon']) {
      assert.ok(name in manifest.peerDependencies, name);
      assert.equal(manifest.peerDependenciesMeta[name]?.optional, true, name);
    }
  });

  it('says where it comes from and what it runs on', () => {
    assert.equal(manifest.license, 'MIT');
    assert.ok(manifest.repository.url && manifest.bugs.url && manifest.keywords.includes('node-red'));
    assert.equal(manifest.engines.node, '>=20');
    assert.equal(manifest['node-red'].version, '>=4.1.0');
  });

  it('packs what is needed and nothing else, below 3 MiB', () => {
    const allowed = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/.*\.md|(dist|examples|resources)\/.*)$/;
    const paths = packed.files.map(file => file.path);
    assert.deepEqual(
      // Declarations of types are for the tests: nothing outside imports the library.
      paths.filter(path => !allowed.test(path) || /\.(test|tsbuildinfo|d\.ts|map)$|\.log$/.test(path)),
      [],
    );
    for (const needed of [
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'examples/sounds/LICENSES.md',
      'docs/messages.md',
      'dist/kernels/plain.wasm',
      'dist/kernels/relaxed.wasm',
      'dist/kernels/dsp-plain.wasm',
      'dist/kernels/dsp-relaxed.wasm',
    ]) {
      assert.ok(paths.includes(needed), `${needed} is missing`);
    }
    assert.ok(packed.size <= 3 * MEBIBYTE, `${packed.size} bytes`);
  });

  // The pictures of README and docs stay in the repository. Who shows the README elsewhere looks for them there: the
  // Node-RED library puts raw.githubusercontent.com/OWNER/REPOSITORY/master/ before a relative address of an image in
  // Markdown (routes/nodes.js of node-red/flow-library), npm does the like, by the repository that package.json names.
  it('leaves the pictures in the repository, where npm and the Node-RED library look for them', () => {
    assert.match(manifest.repository.url, /^git\+https:\/\/github\.com\/[\w-]+\/[\w.-]+\.git$/);
    assert.equal(manifest.repository.directory, undefined);
    const readme = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');
    const pictures = [...readme.matchAll(/!\[[^\]]+\]\(([^)\s]+)\)/g)].map(match => match[1]);
    assert.ok(pictures.length > 0);
    assert.deepEqual(
      pictures.filter(picture => !/^docs\/images\/[\w/-]+\.png$/.test(picture)),
      [],
    );
    assert.deepEqual(
      pictures.filter(picture => packed.files.some(({ path }) => path === picture)),
      [],
    );
    assert.doesNotMatch(readme, /<img/i, 'images as HTML are not looked for there');
  });

  it('brings every node it announces', () => {
    const paths = new Set(packed.files.map(file => file.path));
    for (const [type, file] of Object.entries<string>(manifest['node-red'].nodes)) {
      const expected = [
        file,
        file.replace(/\.js$/, '.html'),
        `dist/nodes/${type}/locales/en-US/${type}.json`,
        `dist/nodes/${type}/locales/en-US/${type}.html`,
        `dist/nodes/${type}/icons/${type}.svg`,
      ];
      assert.deepEqual(
        expected.filter(path => !paths.has(path)),
        [],
      );
    }
  });

  it('holds no path of the machine it was made on and no loose end', () => {
    const text = /\.(js|json|html|md|svg|ts|txt)$/;
    const machine = [`${PACKAGE_ROOT}/`, `${homedir()}/`, '/Users/', 'C:\\Users'];
    const loose = /\b(TODO|FIXME|XXX)\b/;
    const found: string[] = [];
    for (const { path } of packed.files.filter(file => text.test(file.path))) {
      const content = readFileSync(join(PACKAGE_ROOT, path), 'utf8');
      for (const word of machine) if (content.includes(word)) found.push(`${path}: ${word}`);
      if (loose.test(content)) found.push(`${path}: ${loose.exec(content)![0]}`);
    }
    assert.deepEqual(found, []);
  });

  it('does not tie the lock file to one registry', () => {
    assert.deepEqual(
      Object.entries(lock).filter(([, { resolved }]) => resolved),
      [],
    );
  });
});
