// The help of a node as Node-RED shows it in its sidebar: HTML with the headings and lists of definitions of its own nodes.
import { Parser, Renderer } from 'marked';
import { definitionsIn, readSource } from './source.mjs';

const renderer = new Renderer();
/** The editor is not in docs/nodes: only what leads out of the package is a link there. */
renderer.link = function ({ href, tokens }) {
  const text = this.parser.parseInline(tokens);
  return /^https?:/.test(href) ? `<a href="${href}">${text}</a>` : text;
};

const blocks = tokens => Parser.parse(tokens, { renderer }).trim();
const inline = tokens => Parser.parseInline(tokens, { renderer });

/** The help of a node in a language, in the script element that Node-RED looks for. */
export function helpOf(root, type, language) {
  const { lead, sections, settings } = readSource(root, type, language);
  const parts = sections.map(({ title, entries, tokens }) =>
    [`<h3>${title}</h3>`, entries.length > 0 ? explained(entries, settings) : '', ...tokens.map(messagePart)]
      .filter(Boolean)
      .join('\n'),
  );
  return `<script type="text/html" data-help-name="${type}">\n${[blocks(lead), ...parts].join('\n\n')}\n</script>\n`;
}

/** A node's properties: what their fields are called, what they take and, in brackets, what a new node has there. */
const explained = (entries, settings) =>
  definitionList(
    entries.map(({ properties, label, unit, tokens }) => {
      const taken = new Set(properties.map(name => settings.taken(name, unit)));
      const initial = properties.map(name => settings.initial(name)).filter(Boolean);
      const kind = [...taken, initial.length > 0 ? `[${initial.join(', ')}]` : ''].filter(Boolean).join(' ');
      return { name: label, kind, meaning: meaningOf(tokens) };
    }),
  );

/** A paragraph of its own is not set apart. */
const meaningOf = tokens =>
  tokens.length === 1 && tokens[0].type === 'paragraph' ? inline(tokens[0].tokens) : blocks(tokens);

/** A section's paragraph or list; in a numbered list each item is an output. */
function messagePart(token) {
  if (token.type !== 'list') return blocks([token]);
  if (token.ordered) {
    const ports = token.items.map(({ tokens: [name, ...rest] }) => {
      const inner = rest.filter(({ type }) => type !== 'space').map(messagePart);
      return `<li>${inline(name.tokens)}\n${inner.join('\n')}\n</li>`;
    });
    return `<ol class="node-ports">\n${ports.join('\n')}\n</ol>`;
  }
  const definitions = definitionsIn(token);
  if (!definitions) return blocks([token]);
  return definitionList(
    definitions.map(({ text, more, ...rest }) => ({
      ...rest,
      meaning: [inline(text), blocks(more)].filter(Boolean).join('\n'),
    })),
  );
}

function definitionList(definitions) {
  const lines = definitions.flatMap(({ name, kind, optional, meaning }) => {
    const term = kind ? `${name} <span class="property-type">${kind}</span>` : name;
    return [`<dt${optional ? ' class="optional"' : ''}>${term}</dt>`, `<dd>${meaning}</dd>`];
  });
  return `<dl class="message-properties">\n${lines.join('\n')}\n</dl>`;
}
