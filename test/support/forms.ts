// The edit forms of our nodes without a browser: what they register, the fields they have, and what is written beside
// each in English. How they look in the editor is tested in test/browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { PACKAGE_ROOT } from './pack';

/** One entry of `defaults` in RED.nodes.registerType. */
export interface Default {
  value?: unknown;
  type?: string;
  required?: boolean;
  validate?: (value: unknown, options?: object) => boolean | string;
}

export interface Definition {
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
export const { load } = fromNodeRed('cheerio') as typeof import('cheerio');
type Page = ReturnType<typeof load>;

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');

/** The entry of a catalogue under a key with dots. */
export function lookUp(catalogue: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], catalogue);
}

/** The form of one node type. */
export class Form {
  readonly catalogue: unknown;
  readonly definition: Definition;
  readonly page: Page;

  constructor(readonly type: string) {
    this.catalogue = JSON.parse(read('nodes', type, 'locales', 'en-US', `${type}.json`));
    this.definition = definitionOf(type, key => String(lookUp(this.catalogue, key.replace(/^.*:/, '')) ?? key));
    const html = load(read('dist', 'nodes', type, `${type}.html`));
    this.page = load(html(`script[data-template-name="${type}"]`).html() ?? '');
  }

  /** The element in which a property is edited. */
  inputOf(property: string) {
    return this.page(`#node-input-${property}, #node-config-input-${property}`);
  }

  /** What stands before the field of a property; empty where nothing does. */
  labelOf(property: string): string {
    const input = this.inputOf(property);
    const labels = this.page(`label[for="${input.first().attr('id')}"]`).add(input.closest('.form-row').find('label'));
    return this.translate(labels.find('[data-i18n]').addBack('[data-i18n]').first().attr('data-i18n'));
  }

  /** What a list shows for one of its values; empty where the page does not say. */
  choiceOf(property: string, value: unknown): string {
    return this.translate(this.inputOf(property).find(`option[value="${value}"]`).attr('data-i18n'));
  }

  /** The values of a new node. */
  defaultValues(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.definition.defaults).map(([name, { value }]) => [name, value]));
  }

  private translate(key = ''): string {
    return String(lookUp(this.catalogue, key) ?? '');
  }
}

/** Runs the editor script of a node, as built, with just enough of the editor to register the type. */
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
  const page = load(read('dist', 'nodes', type, `${type}.html`));
  page('script[type="text/javascript"], script:not([type])').each((_, element) => {
    runInContext(page(element).html() ?? '', context);
  });
  assert.ok(definition, `${type}.html registers ${type}`);
  return definition;
}
