// The page of a node in docs/nodes, from the English source of its help and what that has for the page alone.
import { markdownTable } from '../markdown-table.mjs';
import { definitionsIn, ENGLISH, readSource } from './source.mjs';

/** In the order of the page; what a source has beside them stands before the details. */
const FIRST = ['In and out', 'Settings'];
const LAST = ['Details', 'Statuses', 'Typical mistakes', 'Examples', 'References'];
/** What nearly every node's field for its name does. */
const NAME = 'Shown on the canvas.';

const NOTE = type =>
  `<!-- Written by scripts/node-pages.mjs from nodes/${type}/locales/${ENGLISH}/${type}.md and nodes/${type}/fields.ts. -->`;

/** The Markdown of a node's page. */
export function docsPageOf(root, type) {
  const { lead, sections, page, settings } = readSource(root, type, ENGLISH);
  const [properties, ...others] = sections;
  const { start, parts } = partsOf(page, '##');
  const ports = others.filter(isPort).map(({ title, tokens }) => `### ${title}\n\n${rawOf(tokens)}`);
  const shared = new Map([
    ['In and out', [...ports, parts.get('In and out')]],
    ['Settings', [settingsTable(properties.entries, settings), parts.get('Settings')]],
    ...others.filter(section => !isPort(section)).map(section => [section.title, withMore(section, parts)]),
  ]);
  const titles = [...new Set([...shared.keys(), ...parts.keys()])];
  const between = titles.filter(title => ![...FIRST, ...LAST].includes(title));
  const order = [...FIRST, ...between, ...LAST].filter(title => titles.includes(title));
  return paragraphs([
    ...[NOTE(type), `# ${type}`, rawOf(lead), start, `![The dialog of ${type}](../images/nodes/${type}.png)`],
    ...order.flatMap(title => [`## ${title}`, ...(shared.get(title) ?? [parts.get(title)])]),
  ]);
}

const paragraphs = texts => `${texts.filter(Boolean).join('\n\n')}\n`;

/** What stands before the first heading of a level, and what under each. */
function partsOf(text, level) {
  const [start, ...parts] = text.split(new RegExp(`^${level} `, 'm'));
  const titled = parts.map(part => [/^.*/.exec(part)[0], part.replace(/^.*\n/, '').trim()]);
  return { start: start.trim(), parts: new Map(titled) };
}

const isPort = ({ title }) => ['Inputs', 'Outputs'].includes(title);

const rawOf = tokens => tokens.map(({ raw }) => raw.trimEnd()).join('\n\n');

/** A section of the help. Where the page says more of each thing that it lists, each gets a part of its own. */
function withMore({ title, tokens }, parts) {
  const more = partsOf(parts.get(title) ?? '', '###');
  if (more.parts.size === 0) return [rawOf(tokens), more.start];
  const things = definitionsIn(tokens[0]).flatMap(({ name, text }) => {
    const heading = capitalised(name);
    if (!more.parts.has(heading)) throw new Error(`nothing for the page about "${heading}"`);
    return [`### ${heading}`, capitalised(text.map(({ raw }) => raw).join('')), more.parts.get(heading)];
  });
  return [more.start, ...things];
}

const capitalised = text => text.charAt(0).toUpperCase() + text.slice(1);

function settingsTable(entries, settings) {
  const rows = entries.map(entry => row(entry, settings));
  const named = entries.some(({ properties }) => properties.includes('name'));
  if (!named) rows.unshift(['Name', '`name`', 'empty', 'text', NAME]);
  const explained = entries.flatMap(({ properties }) => properties);
  for (const name of Object.keys(settings.fields)) {
    if (name !== 'name' && !explained.includes(name)) throw new Error(`${name} is not explained`);
  }
  return markdownTable(['setting', 'property', 'default', 'takes', 'what it does'], rows);
}

function row({ properties, label, unit, tokens }, settings) {
  const saved = properties.filter(name => name in settings.fields);
  const initial = properties.map(name => initialOf(name, settings)).join(', ');
  const taken = [...new Set(properties.map(name => settings.taken(name, unit)))].join('; ');
  return [
    label,
    saved.map(name => `\`${name}\``).join(', ') || '–',
    saved.length > 0 ? initial : '–',
    taken.replaceAll(' | ', ', ') || '–',
    cellOf(tokens),
  ];
}

function initialOf(name, settings) {
  if (settings.isNeeded(name)) return 'empty; it must be given';
  return settings.initialInWords(name) || 'empty';
}

/** Blocks of text in one line, with points for the items of a list. */
function cellOf(tokens) {
  return tokens
    .flatMap(token => (token.type === 'list' ? token.items.map(({ text }) => `• ${text}`) : [token.raw]))
    .map(text => text.trim().replace(/\s*\n\s*/g, ' '))
    .join('<br>');
}
