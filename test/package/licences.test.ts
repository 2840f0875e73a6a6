// What an installation brings along may be used as freely as the package itself (MIT). Read from the packages themselves,
// as far down as they depend on others.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC0-1.0', 'Unlicense', 'Zlib'];
/** Weak copyleft, which leaves our licence as it is; the README names them. */
const NAMED = { 'codec-parser': 'LGPL-3.0-or-later' };

interface Manifest {
  name: string;
  license?: string;
  dependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Where Node.js finds a package from a folder: package.json itself may not be among its exports. */
function folderOf(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    assert.notEqual(folder, dirname(folder), `${name} is not installed, which ${from} depends on`);
  }
}

/** The folders of all that a package depends on. */
function treeBelow(folder: string, tree = new Set<string>()): Set<string> {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const below = folderOf(name, folder);
    if (tree.has(below)) continue;
    tree.add(below);
    treeBelow(below, tree);
  }
  return tree;
}

describe('licences', () => {
  const tree = [...treeBelow(PACKAGE_ROOT)];

  it('of all that is installed along are permissive, but for those that the README names', () => {
    assert.ok(tree.length >= Object.keys(manifestOf(PACKAGE_ROOT).dependencies ?? {}).length, 'the tree was found');
    const wrong = tree
      .map(manifestOf)
      .filter(({ name, license }) => !PERMISSIVE.includes(license ?? '') && !(name in NAMED))
      .map(({ name, license }) => `${name}: ${license}`);
    assert.deepEqual(wrong, []);
    const readme = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');
    for (const [name, license] of Object.entries(NAMED)) {
      const found = tree.map(manifestOf).find(manifest => manifest.name === name);
      assert.equal(found?.license, license, `${name} is no longer an exception`);
      assert.match(readme, new RegExp(`\`${name}\` \\(LGPL`));
    }
  });

  it('say in their texts what their manifests say: no GPL', () => {
    const texts = tree.flatMap(folder =>
      readdirSync(folder)
        .filter(name => /^(licen[cs]e|copying)/i.test(name))
        .map(name => join(folder, name)),
    );
    assert.ok(texts.length > 0);
    assert.deepEqual(
      texts.filter(file => /GNU (AFFERO )?GENERAL PUBLIC LICENSE\s+Version/i.test(readFileSync(file, 'utf8'))),
      [],
    );
  });
});
