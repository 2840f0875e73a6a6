// What every node brings beside its code: a form whose fields are labelled and checked, help for each property, an
// icon, an example flow. Read from the files, scripts as built; how it looks in the editor is tested in test/browser.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { PACKAGE_ROOT } from '../support/pack';

/** One entry of `defaults` in RED.nodes.registerType. */
interface Default {
  value?: unknown;
  type?: string;
  required?: boolean;
  validate?: (value: unknown, options?: object) => boolean | string;
}

interface Definition {
  category: string;
  color?: string;
  icon?: string;
  defaults: Record<string, Default>;
  credentials?: Record<string, unknown>;
  label: unknown;
  paletteLabel?: unknown;
}

// Node-RED's own HTML reader, found from the package of it that depends on it.
const fromNodeRed = createRequire(createRequire(__filename).resolve('@node-red/nodes/package.json'));
const { load } = fromNodeRed('cheerio') as typeof import('cheerio');

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');
const types = Object.keys(JSON.parse(read('package.json'))['node-red'].nodes);

/** The editor's own texts, which a node may use too. */
const editorTexts: unknown = JSON.parse(
  readFileSync(createRequire(__filename).resolve('@node-red/editor-client/locales/en-US/editor.json'), 'utf8'),
);

/** Runs the editor script of a node with just enough of the editor to register the type. */
function definitionOf(type: string, translate: (key: string) => string): Definition {
  let definition: Definition | undefined;
  const validator = () => () => true;
  const RED = {
    _: translate,
    nodes: {
      registerType(name: string, def: Definition) {
        assert.equal(name, type);
        definition = def;
      },
      node: () => undefined,
    },
    validators: { number: validator, regex: validator, typedInput: validator, blank: () => true },
    editor: { getEditStack: () => [] },
    events: { on() {} },
  };
  const context = createContext({ RED, $: () => ({ length: 0 }), console });
  const page = load(read('dist', 'nodes', `${type}.html`));
  page('script[type="text/javascript"], script:not([type])').each((_, element) => {
    runInContext(page(element).html() ?? '', context);
  });
  assert.ok(definition, `${type}.html registers ${type}`);
  return definition;
}

function lookUp(catalogue: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], catalogue);
}

describe('every node', () => {
  const examples = existsSync(join(PACKAGE_ROOT, 'examples'))
    ? readdirSync(join(PACKAGE_ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.json'))
        .map(name => JSON.parse(read('examples', name)) as { type: string }[])
    : [];

  it('is announced in package.json', () => {
    const files = readdirSync(join(PACKAGE_ROOT, 'nodes')).filter(name => name.endsWith('.html'));
    assert.deepEqual(files.map(name => name.replace('.html', '')).sort(), [...types].sort());
  });

  for (const type of types) {
    describe(type, () => {
      let catalogue: unknown;
      let definition: Definition;
      let form: ReturnType<typeof load>;
      let help: ReturnType<typeof load>;

      before(() => {
        catalogue = JSON.parse(read('nodes', 'locales', 'en-US', `${type}.json`));
        definition = definitionOf(type, key => String(lookUp(catalogue, key.replace(/^.*:/, '')) ?? key));
        const page = load(read('nodes', `${type}.html`));
        form = load(page(`script[data-template-name="${type}"]`).html() ?? '');
        const helpFile = load(read('nodes', 'locales', 'en-US', `${type}.html`));
        help = load(helpFile(`script[data-help-name="${type}"]`).html() ?? '');
      });

      const inputOf = (property: string) => form(`#node-input-${property}, #node-config-input-${property}`);
      const labelOf = (property: string): string => {
        const id = inputOf(property).first().attr('id');
        const labels = form(`label[for="${id}"]`).add(inputOf(property).closest('.form-row').find('label'));
        const key = labels.find('[data-i18n]').addBack('[data-i18n]').first().attr('data-i18n') ?? '';
        return String(lookUp(catalogue, key) ?? '');
      };

      it('stands in the palette with the colour and an icon of the family', () => {
        const configNode = definition.category === 'config';
        if (!configNode) {
          assert.equal(definition.category, 'audio anomaly');
          assert.equal(definition.icon, `${type}.svg`);
        }
        assert.equal(definition.color, '#8FBBC4');
        const icon = read('icons', `${type}.svg`);
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
          properties.filter(property => inputOf(property).length === 0),
          [],
          'properties without a field',
        );
        assert.deepEqual(
          properties.filter(property => labelOf(property) === ''),
          [],
          'properties without a translated label',
        );
      });

      it('checks what can be typed in, and says in a sentence what is wrong', () => {
        const free = Object.entries(definition.defaults).filter(([property, { value, type: config }]) => {
          const input = inputOf(property);
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
          const verdict = validate!.call({ ...defaultValues(definition) }, value, {});
          const acceptable = verdict === true || value === '';
          assert.ok(acceptable, `the default of ${property}, ${JSON.stringify(value)}, is refused: ${verdict}`);
        }
        for (const [property, { value, validate }] of Object.entries(definition.defaults)) {
          const fields = { ...defaultValues(definition), [property]: value };
          const verdict = validate?.call(fields, '\0', {});
          if (typeof verdict === 'string') assert.match(verdict, / .*\.$/, `what is said of a wrong ${property}`);
          assert.notEqual(verdict, false, `nothing is said of a wrong ${property}`);
          assert.equal(validate?.call(fields, `\${ANY_NAME}`, {}) ?? true, true, `${property} from the environment`);
        }
      });

      it('translates every text it refers to', () => {
        const keys = form('[data-i18n]')
          .toArray()
          .flatMap(element => (element.attribs['data-i18n'] ?? '').split(';'))
          .map(key => key.replace(/^\[[^\]]*\]/, ''));
        const script = read('nodes', `${type}.html`);
        const called = [...script.matchAll(/(?:RED|this|node|self)\._\(\s*['"`]([^'"`$]+)['"`]\s*[,)]/g)].map(
          match => match[1],
        );
        const ours = [...script.matchAll(/\btext\(\s*'([^']+)'\s*[,)]/g)].map(match => `${type}.${match[1]}`);
        const known = (key: string) =>
          [catalogue, editorTexts].some(texts => typeof lookUp(texts, key.replace(/^editor:/, '')) === 'string');
        const missing = [...keys, ...called, ...ours].filter(key => !key.startsWith('node-red:') && !known(key));
        assert.deepEqual(missing, []);
      });

      it('explains each property in its help', () => {
        const terms = help('dt')
          .toArray()
          .map(element => help(element).text().toLowerCase());
        const missing = Object.keys(definition.defaults).filter(property => {
          const label = labelOf(property).toLowerCase();
          return (
            property !== 'name' && !terms.some(term => term.includes(label) || term.includes(property.toLowerCase()))
          );
        });
        assert.deepEqual(missing, []);
        assert.ok(help('p').first().text().length > 20, 'the help starts with what the node does');
      });

      it("uses the editor's own colours", () => {
        const styles = [read('nodes', `${type}.html`), read('nodes', 'locales', 'en-US', `${type}.html`)]
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

function defaultValues({ defaults }: Definition): Record<string, unknown> {
  return Object.fromEntries(Object.entries(defaults).map(([property, { value }]) => [property, value]));
}
