// The parts of edit dialogs, as written: texts that exist, colours of the editor's own, nothing made into markup.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

const FOLDER = join(PACKAGE_ROOT, 'resources', 'dialogs');
const modules = readdirSync(FOLDER).map(name => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

const lookUp = (texts: unknown, key: string): unknown =>
  key.split('.').reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], texts);

describe('parts of edit dialogs', () => {
  for (const { name, text } of modules) {
    it(`${name}: uses texts that are in the catalogue`, () => {
      const [, type, prefix] = /`@earshot\/node-red-audio-anomaly\/([\w-]+):([\w.-]+)\.\$\{key\}`/.exec(text) ?? [];
      if (!type) return;
      const catalogue = JSON.parse(
        readFileSync(join(PACKAGE_ROOT, 'nodes', 'locales', 'en-US', `${type}.json`), 'utf8'),
      ) as unknown;
      const used = [...text.matchAll(/\bt\('([\w.]+)'/g)].map(([, key]) => `${prefix}.${key}`);
      assert.ok(used.length > 0);
      assert.deepEqual(
        used.filter(key => typeof lookUp(catalogue, key) !== 'string'),
        [],
      );
    });

    it(`${name}: takes colours from the editor and makes no markup of texts`, () => {
      assert.deepEqual(text.match(/#[0-9a-fA-F]{3,8}\b(?!-)|\b(?:rgb|hsl)a?\(/g) ?? [], []);
      assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.html\(|https?:\/\//);
    });

    it(`${name}: imports what the package brings`, () => {
      for (const [, target] of text.matchAll(/from '([^']+)'/g)) assert.ok(existsSync(join(FOLDER, target)), target);
    });
  }
});
