// The parts of edit dialogs, as written: texts that exist, colours of the editor's own, nothing made into markup.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localeFile } from '../support/locales';
import { PACKAGE_ROOT } from '../support/pack';

const FOLDER = join(PACKAGE_ROOT, 'ui', 'dialogs');
const modules = readdirSync(FOLDER).map(name => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

/** `a.b.c` for each text of a catalogue. */
function keysOf(catalogue: object, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value as object, `${prefix}${key}.`) : `${prefix}${key}`,
  );
}

/** The arguments of each call of `name`, as written. */
function* callsOf(name: string, text: string): Generator<string> {
  for (const { index, 0: head } of text.matchAll(new RegExp(`\\b${name}\\(`, 'g'))) {
    const start = index + head.length;
    let end = start;
    for (let depth = 1; depth > 0; end++) depth += { '(': 1, ')': -1 }[text[end]] ?? 0;
    yield text.slice(start, end - 1);
  }
}

/** Keys that a module names: as they are, as one of two, and as what codes of the server stand for. */
function namedKeys(text: string): string[] {
  const choices = [...callsOf('t', text)].flatMap(call => [...call.matchAll(/(?:^|[?:])\s*'([\w.]+)'/g)]);
  const codes = /const REFUSALS = \{([^}]*)\}/.exec(text)?.[1].matchAll(/: '([\w.]+)'/g) ?? [];
  return [...choices, ...codes].map(([, key]) => key);
}

/** Keys that it builds from parts, as patterns. */
const builtKeys = (text: string): RegExp[] =>
  [...text.matchAll(/\bt\(`([^`]+)`/g)].map(([, key]) => new RegExp(`^${key.replace(/\$\{[^}]+\}/g, '\\w+')}$`));

describe('parts of edit dialogs', () => {
  for (const { name, text } of modules) {
    it(`${name}: uses texts that are in the catalogue, and all of them`, () => {
      const [, type, prefix] = /`@earshot\/node-red-audio-anomaly\/([\w-]+):([\w.-]+)\.\$\{key\}`/.exec(text) ?? [];
      if (!type) return;
      const nodes = join(PACKAGE_ROOT, 'nodes');
      const catalogue = JSON.parse(readFileSync(localeFile(type, 'en-US', '.json'), 'utf8')) as object;
      const keys = keysOf(catalogue)
        .filter(key => key.startsWith(`${prefix}.`))
        .map(key => key.slice(prefix.length + 1));
      // What it imports from beside it speaks with its texts.
      const parts = modules.filter(part => part.name === name || text.includes(`from './${part.name}'`));
      const whole = parts.map(part => part.text).join('\n');
      const [named, built] = [namedKeys(whole), builtKeys(whole)];
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter(key => !keys.includes(key)),
        [],
      );
      const withoutText = built.filter(pattern => !keys.some(key => pattern.test(key)));
      assert.deepEqual(withoutText, []);
      // A key may also be the value of a variable; and the form itself says what it could not load.
      const pages = [`${type}.html`, 'editor.ts'].map(file => join(nodes, type, file));
      const form = pages.map(file => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n');
      const isUsed = (key: string): boolean =>
        whole.includes(`'${key}'`) || built.some(pattern => pattern.test(key)) || form.includes(`.${key}'`);
      assert.deepEqual(
        keys.filter(key => !isUsed(key)),
        [],
      );
    });

    it(`${name}: takes colours from the editor and makes no markup of texts`, () => {
      const colour =
        /#[0-9a-fA-F]{3,8}\b(?!-)|\b(?:rgb|hsl)a?\(|[:=]\s*'?(?:black|white|red|green|blue|gr[ae]y)\b(?!-)/g;
      assert.deepEqual(text.match(colour) ?? [], []);
      assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.html\(|https?:\/\//);
    });

    it(`${name}: imports what the package brings`, () => {
      for (const [, target] of text.matchAll(/from '([^']+)'/g)) assert.ok(existsSync(join(FOLDER, target)), target);
    });
  }
});
