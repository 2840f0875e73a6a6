// What every node brings beside its code: a form whose fields are labelled and checked, help for each property, an
// icon, an example flow. Read from the files, scripts as built; how it looks in the editor is tested in test/browser.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Form, load, lookUp } from '../support/forms';
import { nodeTypes } from '../support/helper';
import { PACKAGE_ROOT } from '../support/pack';

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');
const types = Object.keys(JSON.parse(read('package.json'))['node-red'].nodes);

/** The editor's own texts, which a node may use too. */
const editorTexts: unknown = JSON.parse(
  readFileSync(createRequire(__filename).resolve('@node-red/editor-client/locales/en-US/editor.json'), 'utf8'),
);

describe('every node', () => {
  const examples = existsSync(join(PACKAGE_ROOT, 'examples'))
    ? readdirSync(join(PACKAGE_ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.json'))
        .map(name => JSON.parse(read('examples', name)) as { type: string }[])
    : [];

  it('is announced in package.json', () => {
    assert.deepEqual(nodeTypes().sort(), [...types].sort());
  });

  for (const type of types) {
    describe(type, () => {
      let form: Form;
      let definition: Form['definition'];
      let help: ReturnType<typeof load>;

      before(() => {
        form = new Form(type);
        definition = form.definition;
        const helpFile = load(read('dist', 'nodes', type, 'locales', 'en-US', `${type}.html`));
        help = load(helpFile(`script[data-help-name="${type}"]`).html() ?? '');
      });

      it('stands in the palette with the colour and an icon of the family', () => {
        const configNode = definition.category === 'config';
        if (!configNode) {
          assert.equal(definition.category, 'audio anomaly');
          assert.equal(definition.icon, `${type}.svg`);
        }
        assert.equal(definition.color, '#8FBBC4');
        const icon = read('nodes', type, 'icon.svg');
        assert.match(icon, /<svg[^>]*viewBox="0 0 40 60"/);
      });

      it('has a labelled field for each property', () => {
        const properties = Object.keys(definition.defaults);
        assert.deepEqual(
          properties.filter(property => property.length === 1),
          [],
          'properties that the editor would drop: it keeps one-letter names to itself',
        );
        assert.deepEqual(
          properties.filter(property => form.inputOf(property).length === 0),
          [],
          'properties without a field',
        );
        assert.deepEqual(
          properties.filter(property => form.labelOf(property) === ''),
          [],
          'properties without a translated label',
        );
      });

      it('checks what can be typed in, and says in a sentence what is wrong', () => {
        const free = Object.entries(definition.defaults).filter(([property, { value, type: config }]) => {
          const input = form.inputOf(property);
          return property !== 'name' && !config && typeof value !== 'boolean' && !input.is('select');
        });
        assert.deepEqual(
          free.filter(([, { validate }]) => typeof validate !== 'function').map(([property]) => property),
          [],
          'fields without a validator',
        );
        const mute = Object.entries(definition.defaults).filter(
          ([, { validate }]) => validate && validate.length !== 2,
        );
        // The editor takes a sentence for "valid" unless the validator declares two parameters, (value, options).
        assert.deepEqual(
          mute.map(([property]) => property),
          [],
          'validators whose sentences the editor ignores',
        );
        for (const [property, { value, validate }] of free) {
          const verdict = validate!.call({ ...form.defaultValues() }, value, {});
          const acceptable = verdict === true || value === '';
          assert.ok(acceptable, `the default of ${property}, ${JSON.stringify(value)}, is refused: ${verdict}`);
        }
        for (const [property, { value, validate }] of Object.entries(definition.defaults)) {
          const fields = { ...form.defaultValues(), [property]: value };
          const verdict = validate?.call(fields, '\0', {});
          if (typeof verdict === 'string') assert.match(verdict, / .*\.$/, `what is said of a wrong ${property}`);
          assert.notEqual(verdict, false, `nothing is said of a wrong ${property}`);
          assert.equal(validate?.call(fields, `\${ANY_NAME}`, {}) ?? true, true, `${property} from the environment`);
        }
      });

      it('translates every text it refers to', () => {
        const keys = form
          .page('[data-i18n]')
          .toArray()
          .flatMap(element => (element.attribs['data-i18n'] ?? '').split(';'))
          .map(key => key.replace(/^\[[^\]]*\]/, ''));
        const script = [`${type}.html`, 'editor.ts']
          .filter(name => existsSync(join(PACKAGE_ROOT, 'nodes', type, name)))
          .map(name => read('nodes', type, name))
          .join('\n');
        const called = [...script.matchAll(/(?:RED|this|node|self)\._\(\s*['"`]([^'"`$]+)['"`]\s*[,)]/g)].map(
          match => match[1],
        );
        const ours = [...script.matchAll(/\btext\(\s*'([^']+)'\s*[,)]/g)].map(match => `${type}.${match[1]}`);
        const known = (key: string) =>
          [form.catalogue, editorTexts].some(texts => typeof lookUp(texts, key.replace(/^editor:/, '')) === 'string');
        const missing = [...keys, ...called, ...ours].filter(key => !key.startsWith('node-red:') && !known(key));
        assert.deepEqual(missing, []);
      });

      it('explains each property in its help', () => {
        const terms = help('dt')
          .toArray()
          .map(element => help(element).text().toLowerCase());
        const missing = Object.keys(definition.defaults).filter(property => {
          const label = form.labelOf(property).toLowerCase();
          return (
            property !== 'name' && !terms.some(term => term.includes(label) || term.includes(property.toLowerCase()))
          );
        });
        assert.deepEqual(missing, []);
        assert.ok(help('p').first().text().length > 20, 'the help starts with what the node does');
      });

      it('links from its help out of the package only: the editor has no pages beside it', () => {
        const links = help('a')
          .toArray()
          .map(element => help(element).attr('href') ?? '');
        assert.deepEqual(
          links.filter(link => !link.startsWith('https://')),
          [],
        );
      });

      it("uses the editor's own colours", () => {
        const styles = [
          read('dist', 'nodes', type, `${type}.html`),
          read('dist', 'nodes', type, 'locales', 'en-US', `${type}.html`),
        ]
          .join('\n')
          .replace(definition.color ?? '', '');
        assert.deepEqual(styles.match(/(?:color|background|border)[^;"']*(?:#[0-9a-f]{3,8}|rgb\()/gi) ?? [], []);
      });

      it('is used in an example flow', () => {
        assert.ok(examples.some(flow => flow.some(node => node.type === type)));
      });
    });
  }
});
