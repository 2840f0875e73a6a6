// The README and docs/ against the package: links that lead somewhere, examples and nodes that exist.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map(name => join('docs', name)),
]
  .filter(name => name.endsWith('.md'))
  .concat(join('examples', 'sounds', 'LICENSES.md'));
const read = (page: string) => readFileSync(join(PACKAGE_ROOT, page), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('the documentation', () => {
  for (const page of pages) {
    it(`${page} links to files that are there`, () => {
      const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(match => match[1].replace(/#.*$/, ''))
        .filter(target => target !== '' && !/^https?:/.test(target));
      assert.deepEqual(
        targets.filter(target => !existsSync(join(PACKAGE_ROOT, dirname(page), target))),
        [],
      );
    });
  }

  it('README lists every node and every example flow', () => {
    const text = read('README.md');
    const nodes = Object.keys(manifest['node-red'].nodes).map(type => `| \`${type}\``);
    const examples = readdirSync(join(PACKAGE_ROOT, 'examples'))
      .filter(name => name.endsWith('.json'))
      .map(name => `| ${name.replace('.json', '')} `);
    assert.deepEqual(
      [...nodes, ...examples].filter(entry => !text.includes(entry)),
      [],
    );
  });

  it('README names only commands that exist', () => {
    const scripts = [...read('README.md').matchAll(/npm run (\w+)/g)].map(match => match[1]);
    assert.ok(scripts.length > 0);
    for (const script of scripts) assert.ok(script in manifest.scripts, script);
    for (const [, file] of read('README.md').matchAll(/^node (\S+\.mjs)/gm)) {
      assert.ok(existsSync(join(PACKAGE_ROOT, file)), file);
    }
  });

  it('CHANGELOG has an entry for this version', () => {
    assert.match(read('CHANGELOG.md'), new RegExp(`^## \\[${manifest.version.replaceAll('.', '\\.')}\\]`, 'm'));
  });
});
