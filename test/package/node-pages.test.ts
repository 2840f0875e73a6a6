// docs/nodes, one page for each node, against what it is made of and against the code and the examples: a page that has
// fallen behind its node fails here. The pictures on the pages are held to the dialogs in test/browser/pictures.test.ts.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readFields } from '#nodes/shared/read-fields';
import type { Fields } from '#nodes/shared/schema';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { buildArchitecture } from '#src/engine/architecture';
import { parameterCount } from '#src/engine/parameters';
import { nodeTypes } from '../support/helper';
import { PACKAGE_ROOT } from '../support/pack';

const FOLDER = join('docs', 'nodes');
/** What every page has, in this order; some have other parts between. */
const PARTS = ['In and out', 'Settings', 'Details', 'Statuses', 'Typical mistakes', 'Examples'];

/** What the scripts offer that make the pages. */
interface DocsPages {
  docsPageOf(root: string, type: string): string;
}

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');
const namesIn = (folder: string): string[] =>
  readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' });

/** The text under a heading of the second level. */
function partOf(page: string, heading: string): string {
  return page.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
}

/** The cells of the first table in a part of a page, without its head. */
function rowsOf(part: string): string[][] {
  const [table = ''] = /(?:^\|.*\n)+/m.exec(part) ?? [];
  const cells = table
    .trimEnd()
    .split('\n')
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim()),
    );
  return cells.slice(2);
}

const DOCS_PAGE = join(PACKAGE_ROOT, 'scripts', 'node-pages', 'docs-page.mjs');

/** As it is read: without the signs of Markdown. */
const plain = (text: string): string => text.replace(/\\(.)/g, '$1').replaceAll('`', '');

describe('the page of every node', () => {
  const examples = namesIn('examples')
    .filter(name => name.endsWith('.json'))
    .map(name => ({ name: name.replace('.json', ''), flow: JSON.parse(read('examples', name)) as { type: string }[] }));
  let said: string;

  before(() => {
    said = whatIsSaid();
  });

  for (const type of nodeTypes()) {
    describe(type, () => {
      let page: string;

      before(() => {
        page = read(FOLDER, `${type}.md`);
      });

      it('is linked from the index', () => {
        assert.ok(read(FOLDER, 'README.md').includes(`[${type}](${type}.md)`));
      });

      it('is what its source and its fields give: `node scripts/node-pages.mjs` writes it', async () => {
        const { docsPageOf } = (await import(DOCS_PAGE)) as DocsPages;
        assert.equal(page, docsPageOf(PACKAGE_ROOT, type));
      });

      it('has its parts in the order of all pages', () => {
        const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
        assert.deepEqual(
          headings.filter(heading => PARTS.includes(heading)),
          PARTS,
        );
        assert.match(partOf(page, 'In and out'), /\]\(\.\.\/messages\.md#/);
      });

      for (const part of ['Statuses', 'Typical mistakes']) {
        it(`quotes under "${part}" what the node says`, () => {
          const quotes = rowsOf(partOf(page, part)).map(([quote]) => plain(quote));
          assert.ok(quotes.length > 0 || (part === 'Statuses' && statusesOf(type).length === 0));
          assert.deepEqual(
            quotes.flatMap(piecesOf).filter(piece => !isWritten(said, piece)),
            [],
          );
        });
      }

      it('leaves out no status', () => {
        const quotes = rowsOf(partOf(page, 'Statuses')).map(([quote]) => plain(quote));
        assert.deepEqual(
          statusesOf(type).filter(status => !piecesOf(status).every(piece => isWritten(quotes.join('\n'), piece))),
          [],
        );
      });

      it('names the examples that use it', () => {
        const named = [...partOf(page, 'Examples').matchAll(/\*\*(\d\d [^*]+)\*\*/g)].map(([, name]) => name);
        const using = examples.filter(({ flow }) => flow.some(node => node.type === type)).map(({ name }) => name);
        assert.deepEqual(named.sort(), using.sort());
      });
    });
  }

  it('says of vae-train what each network brings', () => {
    const [, part = ''] = read(FOLDER, 'vae-train.md').split('### Which network\n');
    const said = rowsOf(part).map(([name, ...cells]) => [name, ...cells.slice(0, 8)]);
    const brought = (['compact', 'office', 'mirrored'] as const).map(preset => {
      const network = networkDefaults(preset);
      const { filters, strides, latentDim, batchNorm } = network;
      const { epochs, batchSize, rlWeight } = trainingDefaults(preset);
      const learns = parameterCount(buildArchitecture([128, 128], network)).toLocaleString('en');
      const choices = [filters.join('-'), strides.join('-'), latentDim, batchNorm ? 'yes' : 'no'];
      return [preset, ...choices, epochs, batchSize, rlWeight, learns].map(String);
    });
    assert.deepEqual(said.slice(0, 3), brought);
  });
});

/** What stands between the values of a quote, as far as it has words; statuses are put together with dots. */
function piecesOf(quote: string): string[] {
  const pieces = quote.split(/…| · /).map(piece => piece.trim());
  return pieces.filter(piece => /\p{L}/u.test(piece));
}

/** Whether these words are said somewhere, not within longer words. */
function isWritten(said: string, piece: string): boolean {
  const pattern = piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<!\\p{L})${pattern}(?!\\p{L})`, 'u').test(said);
}

/** The statuses that stand in a node's own code, with … for values and numbers. */
function statusesOf(type: string): string[] {
  const code = withoutValues(read('nodes', type, `${type}.ts`));
  const calls = code.matchAll(/status\.(?:idle|busy|ok|warn|alarm|error)\(\s*(['"`])(.*?)\1/g);
  return [...calls].map(([, , status]) => status.replace(/\d+/g, '…'));
}

/** All that nodes can say: the code, with … for values, and the English catalogues. */
function whatIsSaid(): string {
  const code = ['nodes', 'src', 'ui'].flatMap(folder =>
    namesIn(folder)
      .filter(name => /\.(ts|mjs)$/.test(name))
      .map(name => read(folder, name)),
  );
  const catalogues = namesIn('nodes')
    .filter(name => /en-US\/.*\.json$/.test(name))
    .map(name => read('nodes', name).replace(/__\w+__/g, '…'));
  // As written too: a value may be a choice between two wordings.
  return [...code, ...code.map(withoutValues), ...catalogues, ...nodeTypes().flatMap(refusalsOf)]
    .join('\n')
    .replace(/\\(['"`])/g, '$1');
}

/** What a node says of properties that are empty or wrong. */
function refusalsOf(type: string): string[] {
  const { fields } = createRequire(__filename)(`#nodes/${type}/fields`) as { fields: Fields };
  return Object.entries(fields).flatMap(([name, field]) =>
    ['', '\0'].flatMap(value => {
      try {
        readFields({ [name]: { ...field, when: undefined } }, { [name]: value });
        return [];
      } catch (error) {
        return (error as Error).message.replace(JSON.stringify(value), '"…"');
      }
    }),
  );
}

/** Code with … in place of each \${value} of a template. */
function withoutValues(code: string): string {
  let text = code;
  for (let before = ''; text !== before; ) {
    before = text;
    text = text.replace(/\$\{[^{}]*\}/g, '…');
  }
  return text;
}
