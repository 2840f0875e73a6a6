// The code that all forms share, and how the build puts it into their pages.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { PACKAGE_ROOT } from '../support/pack';
import { tempFolder } from '../support/temp';

const NODES = join(PACKAGE_ROOT, 'nodes');
const pages = readdirSync(NODES, { recursive: true, encoding: 'utf8' }).filter(
  name => /^([\w-]+)\/\1\.html$/.test(name) && !existsSync(join(NODES, dirname(name), 'fields.ts')),
);

type Validate = (this: object, value: unknown, options?: object) => boolean | string;
type Range = (value: number) => boolean;
/** What the tests use of it. */
interface Forms {
  check(name: string, isValid: (value: string, field: (name: string) => unknown) => unknown): Validate;
  number(name: string, isValid: Range, options?: { optional?: boolean; error?: string }): Validate;
  numbers(name: string, most: number, isValid: Range): Validate;
  choice(name: string, choices: string[]): Validate;
  filled(name: string): Validate;
  within(min: number, max: number): Range;
  whole(min: number, max: number): Range;
  explain(xhr: { status: number; responseJSON?: object }, known?: Record<number, string>): string;
}

/** The shared code for a node type, in an editor that answers with the keys and values of texts. */
function formsOf(type: string): Forms {
  const script = readFileSync(join(NODES, 'shared', 'editor', 'included', 'forms.js'), 'utf8');
  const translate = (key: string, values: object = {}): string =>
    [key.replace('@earshot/node-red-audio-anomaly/', ''), ...Object.values(values)].join(' | ');
  const RED = { _: translate, editor: { getEditStack: () => [] } };
  return runInNewContext(`${script}; forms`, { RED, $: () => [] })(type);
}

describe('the code that forms share', () => {
  const { check, number, numbers, choice, filled, within, whole, explain } = formsOf('thing');
  const verdict = (validate: Validate, value: unknown, node = {}): boolean | string => validate.call(node, value, {});

  it('says of a number out of range what field and value it is and what was expected', () => {
    const validate = number('size', whole(2, 9));
    for (const value of [2, '9', ' 3 ']) assert.equal(verdict(validate, value), true, `${value}`);
    for (const value of [1, '10', 2.5, 'two', ' ', Number.NaN]) {
      assert.equal(
        verdict(validate, value),
        `thing:thing.error.size | thing:thing.label.size | ${value} | 2 | 9`,
        `${value}`,
      );
    }
    assert.match(
      String(verdict(number('size', within(0, 0.5), { error: 'shared' }), 0.6)),
      /^thing:thing.error.shared /,
    );
  });

  it('takes an empty field for its default, where there is one', () => {
    for (const empty of ['', undefined, null]) {
      assert.equal(verdict(number('size', whole(2, 9)), empty), true);
      assert.equal(verdict(choice('kind', ['this', 'that']), empty), true);
      assert.match(String(verdict(number('size', whole(0, 9), { optional: false }), empty)), /error\.size/);
      assert.match(String(verdict(filled('folder'), empty)), /error\.folder/);
    }
    assert.match(String(verdict(filled('folder'), '  ')), /error\.folder/);
  });

  it('takes lists of numbers, up to a length', () => {
    const validate = numbers('filters', 3, whole(1, 64));
    for (const list of ['16', '16, 32,64']) assert.equal(verdict(validate, list), true, list);
    for (const list of ['16,', '16 32', '16,65', '1,2,3,4', ','])
      assert.match(String(verdict(validate, list)), /filters/);
  });

  it('lets environment variables pass: what they stand for is known when the flow starts', () => {
    for (const validate of [
      number('size', whole(2, 9)),
      choice('kind', ['this']),
      numbers('filters', 3, whole(1, 64)),
    ]) {
      for (const variable of [`\${SIZE}`, `\${SIZE-OF.IT}`, '$(SIZE)']) assert.equal(verdict(validate, variable), true);
      for (const other of ['$SIZE', `\${}`, `\${SIZE`, `\${A}1`])
        assert.match(String(verdict(validate, other)), /error/);
    }
  });

  it('checks a field by others, and passes on a sentence of its own', () => {
    const validate = check('first', (value, field) => Number(value) < Number(field('last')) || 'the order is wrong');
    assert.equal(verdict(validate, 1, { last: 2 }), true);
    assert.equal(verdict(validate, 3, { last: 2 }), 'the order is wrong');
  });

  it('declares two parameters, or the editor would not show the sentences', () => {
    for (const validate of [number('size', within(0, 1)), choice('kind', []), filled('folder')]) {
      assert.equal(validate.length, 2);
    }
  });

  it('says in words why the server gave no answer', () => {
    assert.match(explain({ status: 401 }), /error.permission/);
    assert.match(explain({ status: 403, responseJSON: { error: 'secret' } }), /error.permission/);
    assert.match(explain({ status: 0 }), /error.unreachable/);
    assert.equal(explain({ status: 404 }, { 404: 'nothing yet' }), 'nothing yet');
    assert.equal(explain({ status: 500, responseJSON: { error: 'the disk is full' } }), 'the disk is full');
    assert.match(explain({ status: 502 }), /error.server \| 502/);
  });
});

describe('the pages of the nodes', () => {
  for (const page of pages) {
    it(`${page} takes of the shared code what it uses, under its own type`, () => {
      const html = readFileSync(join(NODES, page), 'utf8');
      const [line, names, type] = /const \{([^}]+)\} = forms\('([^']+)'\);/.exec(html) ?? [];
      assert.equal(type, dirname(page));
      const rest = html.replace(line!, '');
      const unused = names!.split(',').filter(name => !new RegExp(`\\b${name.trim()}\\b`).test(rest));
      assert.deepEqual(unused, []);
    });

    it(`${page} is indented by two spaces`, () => {
      const lines = readFileSync(join(NODES, page), 'utf8').split('\n');
      const odd = lines.filter(line => /^( {2})* [^ *]|^ *\t/.test(line));
      assert.deepEqual(odd, []);
    });
  }
});

describe('the build of the pages', () => {
  // A module for scripts of the build, which are JavaScript.
  interface IncludesOf {
    new (root: string, folder: string): { fillIn(page: string, text: string): string; assertAllUsed(): void };
  }
  let root: string;
  let Includes: IncludesOf;

  before(async () => {
    ({ Includes } = (await import(join(PACKAGE_ROOT, 'scripts', 'includes.mjs'))) as { Includes: IncludesOf });
    root = tempFolder('includes');
    mkdirSync(join(root, 'editor'));
    writeFileSync(join(root, 'editor', 'a.js'), "const price = '$&';\n\nif (price) {\n  pay();\n}\n");
  });

  it('puts a file in place of the line that names it, indented alike', () => {
    const includes = new Includes(root, 'editor');
    assert.equal(
      includes.fillIn('page.html', '<script>\n  // include editor/a.js\n</script>\n'),
      "<script>\n  const price = '$&';\n\n  if (price) {\n    pay();\n  }\n</script>\n",
    );
    includes.assertAllUsed();
  });

  it('fails where a file is missing, and where one is not used', () => {
    const includes = new Includes(root, 'editor');
    for (const line of ['// include editor/b.js', '// include', '//include editor/b.js', '// include editor']) {
      assert.throws(
        () => includes.fillIn('page.html', `  ${line}\n`),
        /page\.html includes "[^"]*", which does not exist/,
      );
    }
    assert.throws(() => includes.assertAllUsed(), /no page includes editor\/a\.js/);
  });

  it('leaves no such line in what is delivered', () => {
    for (const page of pages) {
      assert.doesNotMatch(readFileSync(join(PACKAGE_ROOT, 'dist', 'nodes', page), 'utf8'), /^\s*\/\/\s*include\b/m);
    }
  });
});
