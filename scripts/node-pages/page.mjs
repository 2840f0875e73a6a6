// Makes the page of a node in dist/: its dialog's code as one script, the rows of its form, and what is special in
// nodes/TYPE/TYPE.html. What is registered is written out: the flow library reads it without running it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const require = createRequire(import.meta.url);
const INDENT = '  ';
/** A line of a page that stands for rows: of one property, or of all from one to another. */
const ROWS = /^([ \t]*)<!-- fields ([\w-]+)(?: to ([\w-]+))? -->$/gm;

/**
 * The page of a node type.
 * @param {string} root the package
 * @param {string} type a folder of nodes/ with a fields.ts, compiled into dist/ already
 */
export function pageOf(root, type) {
  const folder = join(root, 'nodes', type);
  const declared = require(join(root, 'dist', 'nodes', type, 'fields.js'));
  const library = require(join(root, 'dist', 'nodes', 'shared', 'schema.js'));
  const catalogue = JSON.parse(readFileSync(join(folder, 'locales', 'en-US', `${type}.json`), 'utf8'))[type];
  const form = new FormRows(type, declared, catalogue);
  const own = join(folder, `${type}.html`);
  const template = existsSync(own) ? readFileSync(own, 'utf8') : plainPage(type, Object.keys(declared.fields));
  return [scriptOf(root, type, declared, library.initialOf), form.fillIn(template)].join('\n');
}

const plainPage = (type, names) =>
  `<script type="text/html" data-template-name="${type}">\n  <!-- fields ${names[0]} to ${names.at(-1)} -->\n</script>\n`;

/** What registers the type as soon as the page is run. */
function scriptOf(root, type, { fields, outputs = ['output'], category }, initialOf) {
  const isConfig = category === 'config';
  const defaults = Object.entries(fields).map(([name, field]) => {
    const entries = [`value: ${literal(initialOf(field))}`];
    if (field.kind === 'model') entries.push("type: 'audio-model'");
    // Node-RED would ask for a model even where it does not matter.
    if ((field.required || field.kind === 'model') && !field.when) entries.push('required: true');
    // A tick box cannot be wrong.
    if (field.kind !== 'flag' || entries[0].endsWith("''")) entries.push(`validate: validate.${name}`);
    return `      ${name}: { ${entries.join(', ')} },`;
  });
  return `<script type="text/javascript">
(function () {
  const { validate, definition } = ${bundleOf(root, type)};
  RED.nodes.registerType('${type}', {
    category: '${isConfig ? 'config' : 'audio anomaly'}',
    color: '#8FBBC4',
    icon: '${type}.svg',
    defaults: {
${defaults.join('\n')}
    },${isConfig ? '' : `\n    inputs: 1,\n    outputs: ${outputs.length},`}
    ...definition,
  });
})();
</script>
`;
}

const literal = value => (typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value));

/** The dialog's code and what it imports, as an expression. */
function bundleOf(root, type) {
  const editor = existsSync(join(root, 'nodes', type, 'editor.ts'));
  const contents = [
    `import { assemble } from './nodes/shared/editor/dialog';`,
    `import * as declared from './nodes/${type}/fields';`,
    editor ? `import { dialog } from './nodes/${type}/editor';` : 'const dialog = {};',
    `export const { validate, definition } = assemble('${type}', declared, dialog);`,
  ].join('\n');
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, sourcefile: `${type}-editor.js` },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'editor',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
  });
  const [, expression] = /^(?:"use strict";)?var editor=([\s\S]*);\s*$/.exec(outputFiles[0].text) ?? [];
  if (!expression) throw new Error(`the bundle of ${type} is not one expression: ${outputFiles[0].text.slice(0, 80)}`);
  return expression;
}

/** The rows of a form. */
class FormRows {
  #type;
  #fields;
  #texts;
  #prefix;

  constructor(type, { fields, category }, texts) {
    this.#type = type;
    this.#fields = fields;
    this.#texts = texts;
    this.#prefix = category === 'config' ? 'node-config-input' : 'node-input';
  }

  /** A page with rows in place of the lines that stand for them; every property must have its field, once. */
  fillIn(template) {
    const names = Object.keys(this.#fields);
    const at = name => {
      if (!names.includes(name)) throw new Error(`the page of ${this.#type} asks for ${name}, which is no property`);
      return names.indexOf(name);
    };
    const page = template.replace(ROWS, (_line, indent, from, to = from) =>
      names
        .slice(at(from), at(to) + 1)
        .map(name => this.#row(name).replace(/^(?=.)/gm, indent))
        .join('\n'),
    );
    for (const name of names) {
      const count = page.split(`id="${this.#prefix}-${name}"`).length - 1;
      if (count !== 1) throw new Error(`the page of ${this.#type} has ${count} fields for ${name}`);
    }
    return page;
  }

  #row(name) {
    const field = this.#fields[name];
    if (!field.icon) throw new Error(`${name} of ${this.#type} has a row of its own, but no icon`);
    const lines = [
      `<label for="${this.#prefix}-${name}"><i class="fa fa-${field.icon}"></i> ${this.#span(`label.${name}`)}</label>`,
      ...this.#input(name, field),
    ];
    if (this.#has(`unit.${name}`)) lines.push(this.#span(`unit.${name}`));
    if (this.#has(`hint.${name}`))
      lines.push(`<div class="earshot-hint" data-i18n="${this.#key(`hint.${name}`)}"></div>`);
    return ['<div class="form-row">', ...lines.map(line => INDENT + line), '</div>'].join('\n');
  }

  #input(name, field) {
    const id = `id="${this.#prefix}-${name}"`;
    const width = field.width ? ` style="width: ${field.width}px;"` : '';
    if (field.kind === 'flag') return [`<input type="checkbox" ${id} style="width: auto; vertical-align: top;">`];
    if (field.kind === 'choice') {
      const options = field.options.map(option => {
        const key = this.#key(`${name}.${option}`);
        return `${INDENT}<option value="${option}" data-i18n="${key}"></option>`;
      });
      return [`<select ${id} style="width: var(--earshot-field);">`, ...options, '</select>'];
    }
    // The editor puts its own list in place of this.
    if (field.kind === 'model') return [`<input type="text" ${id} style="width: var(--earshot-field);">`];
    const placeholder = this.#placeholder(name, field);
    if (field.kind === 'number')
      return [`<input type="number" ${id}${limits(field)}${placeholder} style="width: ${field.width ?? 100}px;">`];
    return [`<input type="text" ${id}${placeholder} autocomplete="off" spellcheck="false"${width}>`];
  }

  #placeholder(name, { placeholder, default: fallback }) {
    if (this.#has(`placeholder.${name}`)) return ` data-i18n="[placeholder]${this.#key(`placeholder.${name}`)}"`;
    if (name === 'name') return ` data-i18n="[placeholder]${this.#key('label.name')}"`;
    const shown = placeholder ?? (typeof fallback === 'function' ? undefined : String(fallback ?? ''));
    return shown ? ` placeholder="${shown}"` : '';
  }

  #span(key) {
    return `<span data-i18n="${this.#key(key)}"></span>`;
  }

  #has(key) {
    return typeof this.#text(key) === 'string';
  }

  /** A key of the node's catalogue, which must have it. */
  #key(key) {
    if (!this.#has(key)) throw new Error(`the catalogue of ${this.#type} has no text ${key}`);
    return `${this.#type}.${key}`;
  }

  #text(key) {
    return key.split('.').reduce((texts, part) => texts?.[part], this.#texts);
  }
}

/** What a number field takes, where that does not hang on other fields. */
function limits({ min, max, or = min, integer, step }) {
  const low = typeof min === 'number' ? ` min="${Math.min(min, or)}"` : '';
  const high = typeof max === 'number' ? ` max="${max}"` : '';
  return `${low}${high} step="${step ?? (integer ? 1 : 'any')}"`;
}
