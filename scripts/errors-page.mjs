// Writes docs/errors.md, the table of all error codes, from the list that the code uses: `node scripts/errors-page.mjs`.
// A test holds that the page is up to date.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from './markdown-table.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');

const INTRODUCTION = `# Errors by their codes

An error says in a sentence what is wrong, with the value it got, what was expected and what to do. Node-RED shows it in the
debug sidebar; a _catch_ node gets it as \`msg.error.message\`, and as \`msg.error.code\` one of the codes below, by which a
flow can tell errors apart. The same thing has the same code in every node.

This page is made of the list in \`src/error-codes.ts\` by \`node scripts/errors-page.mjs\`.
`;

/** @returns the text of the page, as the built code has the codes */
export function errorsPage() {
  const { ERROR_GROUPS } = createRequire(import.meta.url)('../dist/src/error-codes.js');
  const tables = Object.entries(ERROR_GROUPS).map(([title, codes]) => {
    const rows = Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, meaning]);
    return `## ${title}\n\n${markdownTable(['code', 'meaning'], rows)}\n`;
  });
  return [INTRODUCTION, ...tables].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
