// The browser's code, as written and as built: all texts used, colours of the editor's own, nothing made into markup,
// nothing loaded from elsewhere. That the texts it names are there is held by the compiler.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { localeFile } from '../support/locales';
import { PACKAGE_ROOT } from '../support/pack';

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .map(name => join(PACKAGE_ROOT, folder, name));
const sources = filesIn('ui', '.ts').map(file => ({ file, text: readFileSync(file, 'utf8') }));
const page = readFileSync(join(PACKAGE_ROOT, 'nodes', 'sidebar', 'earshot.html'), 'utf8');

/** Catalogue → the group of it that the browser's code speaks. */
const GROUPS = {
  earshot: 'earshot',
  'mic-in': 'mic-in.test',
  spectrogram: 'spectrogram.preview',
  threshold: 'threshold.preview',
  'vae-train': 'vae-train.time',
  'wav-folder': 'wav-folder.check',
};
/** Said by the form itself, where the code could not be loaded. */
const OF_THE_FORM = 'notLoaded';

/** `a.b.c` for each text of a catalogue. */
const keysOf = (catalogue: object, prefix = ''): string[] =>
  Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value as object, `${prefix}${key}.`) : `${prefix}${key}`,
  );

/** All keys that are handed to functions of the type `Text`, as the compiler knows them: choices and templates too. */
function keysAsked(): Set<string> {
  const config = join(PACKAGE_ROOT, 'ui', 'tsconfig.json');
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    join(PACKAGE_ROOT, 'ui'),
  );
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const asked = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isText(checker.getTypeAtLocation(node.expression))) {
      for (const type of partsOf(checker.getTypeAtLocation(node.arguments[0]))) {
        if (type.isStringLiteral()) asked.add(type.value);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const { file } of sources) visit(program.getSourceFile(file)!);
  return asked;
}

const isText = (type: ts.Type): boolean => type.aliasSymbol?.name === 'Text';
const partsOf = (type: ts.Type): ts.Type[] => (type.isUnion() ? type.types : [type]);

describe("the browser's code", () => {
  it('uses all texts of its catalogues', function () {
    this.timeout(120_000);
    const asked = keysAsked();
    assert.ok(asked.has('threshold.applied') && asked.has('state.anomaly'), 'finds keys, and those made of parts');
    for (const [name, group] of Object.entries(GROUPS)) {
      const catalogue = JSON.parse(readFileSync(localeFile(name, 'en-US', '.json'), 'utf8')) as object;
      const keys = keysOf(catalogue).flatMap(key => (key.startsWith(`${group}.`) ? key.slice(group.length + 1) : []));
      assert.ok(keys.length > 5, name);
      const unused = keys.filter(key => !asked.has(key) && key !== OF_THE_FORM);
      assert.deepEqual(unused, [], name);
    }
  });

  it("takes its colours from the editor's variables", () => {
    const colour = /#[0-9a-fA-F]{3,8}\b(?!-)|\b(?:rgb|hsl)a?\(|[:=]\s*'?(?:black|white|red|green|blue|gr[ae]y)\b(?!-)/g;
    assert.deepEqual(page.match(colour) ?? [], []);
    const found = sources.flatMap(({ file, text }) => (text.match(colour) ?? []).map(match => `${file}: ${match}`));
    assert.deepEqual(found, []);
    const unknown = [...page.matchAll(/var\((--[\w-]+)/g)]
      .map(match => match[1])
      .filter(name => !/^--(red-ui|earshot)-/.test(name));
    assert.deepEqual(unknown, []);
  });

  it('makes no markup of texts', () => {
    const markup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.html\(|\.append\([`'"]/;
    for (const { file, text } of sources) {
      assert.doesNotMatch(text.replaceAll("$('<span>').text(words).html()", ''), markup, file);
    }
  });

  it('needs nothing but a browser and what the package brings', () => {
    const loaded = [...page.matchAll(/src="([^"]+)"/g)].map(match => match[1]);
    assert.deepEqual(loaded, ['resources/@earshot/node-red-audio-anomaly/sidebar/main.mjs']);
    const built = filesIn('resources', '.mjs');
    assert.ok(built.length > 6);
    for (const file of built) {
      const code = readFileSync(file, 'utf8');
      assert.doesNotMatch(code, /\b(Buffer|process|require|setImmediate|__dirname)\b/, `${file} needs Node.js`);
      const addresses = code.match(/https?:\/\/[^"'`\s]*/g) ?? [];
      assert.deepEqual(
        addresses.filter(address => address !== 'http://www.w3.org/2000/svg'),
        [],
        file,
      );
    }
  });
});
