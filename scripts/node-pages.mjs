// Writes docs/nodes/TYPE.md, the page of each node, from the sources of its help and its fields, as built:
// `node scripts/node-pages.mjs`. A test holds that the pages are up to date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docsPageOf } from './node-pages/docs-page.mjs';
import { typesIn } from './node-pages/source.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');

for (const type of typesIn(root)) {
  writeFileSync(join(root, 'docs', 'nodes', `${type}.md`), docsPageOf(root, type));
}
