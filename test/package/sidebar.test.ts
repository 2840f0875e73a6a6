// The sidebar's source files: texts that exist, colours of the editor's own, nothing made into markup.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');
const modules = readdirSync(join(PACKAGE_ROOT, 'ui', 'sidebar')).map(name => ({
  name,
  text: read('ui', 'sidebar', name),
}));
const page = read('nodes', 'sidebar', 'earshot.html');

/** `a.b.c` for each text of a catalogue. */
function keysOf(catalogue: object, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value as object, `${prefix}${key}.`) : `${prefix}${key}`,
  );
}

describe('the sidebar, as written', () => {
  const keys = keysOf(JSON.parse(read('nodes', 'sidebar', 'locales', 'en-US', 'earshot.json')).earshot);

  it('uses texts that are in the catalogue, and all of them', () => {
    const quoted = new Set<string>();
    const patterns: RegExp[] = [];
    for (const { text } of modules) {
      for (const [, key] of text.matchAll(/'([a-z]\w*(?:\.\w+)+)'/gi)) quoted.add(key);
      for (const [, key] of text.matchAll(/\bt\(`([^`]+)`/g))
        patterns.push(new RegExp(`^${key.replace(/\$\{[^}]+\}/g, '\\w+')}$`));
      for (const [, key] of text.matchAll(/\btext\('(\w+)'/g)) quoted.add(`flow.${key}`);
      for (const [, key] of text.matchAll(/\bsection\('(\w+)'/g)) quoted.add(`${key}.title`);
      for (const [, key] of text.matchAll(/\bt\('(\w+)'/g)) quoted.add(key);
    }
    quoted.delete('error.message'); // a property of a message in the ready-made flow
    const groups = new Set(keys.map(key => key.split('.')[0]));
    const missing = [...quoted].filter(
      key => groups.has(key.split('.')[0]) && key.includes('.') && !keys.includes(key),
    );
    assert.deepEqual(missing, []);
    const unused = keys.filter(key => !quoted.has(key) && !patterns.some(pattern => pattern.test(key)));
    assert.deepEqual(unused, []);
  });

  it("takes its colours from the editor's variables", () => {
    const colour = /#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|:\s*(?:black|white|red|green|blue|gr[ae]y)\b/g;
    assert.deepEqual(page.match(colour) ?? [], []);
    for (const { name, text } of modules) assert.deepEqual(text.match(colour) ?? [], [], name);
    const unknown = [...page.matchAll(/var\((--[\w-]+)/g)]
      .map(match => match[1])
      .filter(name => !/^--(red-ui|earshot)-/.test(name));
    assert.deepEqual(unknown, []);
  });

  it('makes no markup of texts', () => {
    for (const { name, text } of modules) {
      const rest = text.replaceAll("$('<span>').text(text).html()", '');
      assert.doesNotMatch(
        rest,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.html\(|\.append\([`'"]|\$\(/,
        name,
      );
    }
  });

  it('loads nothing but what the package brings', () => {
    const sources = [...page.matchAll(/src="([^"]+)"/g)].map(match => match[1]);
    assert.deepEqual(sources, ['resources/@earshot/node-red-audio-anomaly/sidebar/main.mjs']);
    const names = new Set(modules.map(({ name }) => name));
    for (const { name, text } of modules) {
      for (const [, target] of text.matchAll(/from '([^']+)'/g))
        assert.ok(names.has(target.replace('./', '')), `${name}: ${target}`);
      assert.doesNotMatch(text, /https?:\/\/(?!www\.shadertoy\.com)/, name);
    }
  });
});
