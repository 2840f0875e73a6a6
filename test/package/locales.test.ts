// The editor's texts in other languages, held to the English ones: every node has its labels and its help in every
// language, all of them, and as they are now in English. Labels are read as written, the help as the build makes it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { languagesOf, localeFile } from '../support/locales';
import { PACKAGE_ROOT } from '../support/pack';

// Node-RED's own HTML reader, found from the package of it that depends on it.
const fromNodeRed = createRequire(createRequire(__filename).resolve('@node-red/nodes/package.json'));
const { load } = fromNodeRed('cheerio') as typeof import('cheerio');

const ENGLISH = 'en-US';

const manifest = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};
/** Each has labels and help in every language. */
const TYPES = Object.keys(manifest['node-red'].nodes).sort();

const NAMES = [...TYPES, 'earshot'];
const languages = [...new Set(NAMES.flatMap(languagesOf))].filter(name => name !== ENGLISH);

/** The texts of a catalogue by their full keys, e.g. `mic-in.label.name`. */
function textsOf(language: string, name: string): Map<string, string> {
  const texts = new Map<string, string>();
  const gather = (value: unknown, key: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [part, inner] of Object.entries(value)) gather(inner, key ? `${key}.${part}` : part);
    } else {
      assert.equal(typeof value, 'string', `${language}/${name}.json: ${key} is no text`);
      texts.set(key, value as string);
    }
  };
  gather(JSON.parse(readFileSync(localeFile(name, language, '.json'), 'utf8')), '');
  return texts;
}

/** What the editor fills in, e.g. `__count__`, sorted. */
const placeholders = (text: string): string[] => [...new Set(text.match(/__[A-Za-z]+__/g) ?? [])].sort();

function helpOf(language: string, type: string): ReturnType<typeof load> {
  const page = load(readFileSync(localeFile(type, language, '.html'), 'utf8'));
  const script = page('script[type="text/html"]');
  assert.equal(script.length, 1, `${language}/${type}.html holds one help text`);
  assert.equal(script.attr('data-help-name'), type, `${language}/${type}.html is the help of another node`);
  return load(script.html() ?? '');
}

/**
 * The help piece by piece, with the numbers in each: an entry, a paragraph or a default that changed in English alone
 * shows here. Numbers as digits only: 0.5 is 0,5 elsewhere.
 */
function outlineOf(page: ReturnType<typeof load>): string[] {
  return page('h3, p, dt, dd, li')
    .toArray()
    .map(element => {
      const numbers =
        page(element)
          .text()
          .match(/\d+([.,]\d+)*/g) ?? [];
      const digits = [...new Set(numbers.map(number => number.replace(/\D/g, '')))].sort();
      return [element.tagName, ...digits].join(' ');
    });
}

it('the editor speaks Dutch and German', () => {
  assert.deepEqual(languages.sort(), ['de', 'nl']);
});

for (const language of languages) {
  describe(`the editor's texts in ${language}`, () => {
    it('exist for the sidebar and for every node, labels and help', () => {
      const missing = [
        ...NAMES.filter(name => !existsSync(localeFile(name, language, '.json'))),
        ...TYPES.filter(name => !existsSync(localeFile(name, language, '.html'))),
      ];
      assert.deepEqual(missing, []);
    });

    for (const name of NAMES) {
      it(`${name}: has every label, no other, and the same placeholders`, () => {
        const english = textsOf(ENGLISH, name);
        const texts = textsOf(language, name);
        const missing = [...english.keys()].filter(key => !texts.has(key));
        const superfluous = [...texts.keys()].filter(key => !english.has(key));
        assert.deepEqual({ missing, superfluous }, { missing: [], superfluous: [] });
        for (const [key, text] of texts) {
          assert.ok(text.trim() !== '' || english.get(key)!.trim() === '', `${key} is empty`);
          assert.deepEqual(placeholders(text), placeholders(english.get(key)!), `${key}: "${text}"`);
        }
      });
    }

    for (const type of TYPES) {
      it(`${type}: the help explains as much as the English one`, () => {
        const english = helpOf(ENGLISH, type);
        const help = helpOf(language, type);
        assert.deepEqual(outlineOf(help), outlineOf(english));
        // Whatever is code is the same in every language: property names, values, formulas.
        const codes = (page: typeof help) =>
          [
            ...new Set(
              page('code')
                .toArray()
                .map(element => page(element).text()),
            ),
          ].sort();
        assert.deepEqual(codes(help), codes(english));
      });
    }
  });
}
