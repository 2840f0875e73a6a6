// What is told about a node stands in nodes/TYPE/locales/LANGUAGE/TYPE.md, once per language. The editor's help is made
// from it (help.mjs), and from the English one the page in docs/nodes (docs-page.mjs). In such a source
// - `### property` under the first heading explains a property of the node (several: `### fMin, fMax`); the name of its
//   field comes from the catalogue beside it, what it takes and its default from the node's fields,
// - `- **payload** (buffer): …` in a list explains a property of messages; `*payload*` is one that may be absent,
// - what follows PAGE_ONLY is for the page alone, part by part under the page's headings.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { Settings } from './settings.mjs';

export const ENGLISH = 'en-US';
const PAGE_ONLY = /^<!-- only on the page -->\n/m;

/** The node types that have such sources. */
export const typesIn = root =>
  readdirSync(join(root, 'nodes')).filter(type => existsSync(fileOf(root, type, ENGLISH, '.md')));

/** The languages that a node type has a source in. */
export const languagesOf = (root, type) =>
  readdirSync(join(root, 'nodes', type, 'locales')).filter(language => existsSync(fileOf(root, type, language, '.md')));

const fileOf = (root, type, language, extension) =>
  join(root, 'nodes', type, 'locales', language, `${type}${extension}`);

/**
 * The source of a node in a language: how it begins, its sections, and what is for the page alone.
 *
 * @returns {{ lead: object[], sections: { title: string, entries: object[], tokens: object[] }[], page: string,
 *   settings: Settings }}
 *   texts as marked's tokens; `entries` are the explanations of the properties, in the first section only
 */
export function readSource(root, type, language) {
  const [help, page = ''] = readFileSync(fileOf(root, type, language, '.md'), 'utf8').split(PAGE_ONLY);
  const catalogue = JSON.parse(readFileSync(fileOf(root, type, language, '.json'), 'utf8'))[type];
  const settings = new Settings(root, type, language, catalogue);
  const lead = [];
  const sections = [];
  let target = lead;
  for (const token of marked.lexer(help)) {
    if (token.type === 'space') continue;
    if (token.type !== 'heading') {
      target.push(token);
    } else if (token.depth === 2) {
      sections.push({ title: token.text, entries: [], tokens: [] });
      target = sections.at(-1).tokens;
    } else if (token.depth === 3) {
      const entry = entryOf(token.text, catalogue.label);
      sections.at(-1).entries.push(entry);
      target = entry.tokens;
    }
  }
  return { lead, sections, page, settings };
}

/** e.g. "fMin, fMax (Hz)": which properties are explained, what their fields are called, and the unit. */
function entryOf(heading, labels) {
  const [, names, unit = ''] = /^([\w, ]+?)(?: \((.+)\))?$/.exec(heading) ?? [];
  if (!names) throw new Error(`no names of properties: ${heading}`);
  const properties = names.split(', ');
  const called = properties.map(name => labels[name]).filter(label => typeof label === 'string');
  if (called.length === 0) throw new Error(`no label for ${heading}`);
  return { properties, label: called.join(', '), unit, tokens: [] };
}

/**
 * What the items of a list say about properties of messages.
 *
 * @returns {{ name: string, kind: string, optional: boolean, text: object[], more: object[] }[] | undefined}
 *   with the text's inline tokens and the blocks behind it; undefined for a list of another kind
 */
export function definitionsIn(list) {
  const definitions = list.items.map(item => {
    const [first, ...more] = item.tokens.filter(token => token.type !== 'space');
    const [name, next, ...rest] = first.tokens ?? [];
    const [head, kind = ''] = /^(?: \(([^)]+)\))?: /.exec(next?.type === 'text' ? next.raw : '') ?? [];
    if (head === undefined || !['strong', 'em'].includes(name.type)) return undefined;
    const text = [...marked.Lexer.lexInline(next.raw.slice(head.length)), ...rest];
    return { name: name.text, kind, optional: name.type === 'em', text, more };
  });
  return definitions.every(Boolean) ? definitions : undefined;
}
