// How the build writes the pages of the nodes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTypes } from '../support/helper';
import { PACKAGE_ROOT } from '../support/pack';

describe('the pages of the nodes, as built', () => {
  for (const type of nodeTypes()) {
    it(`${type}: registers at once, and leaves no line for rows unfilled`, () => {
      const page = readFileSync(join(PACKAGE_ROOT, 'dist', 'nodes', type, `${type}.html`), 'utf8');
      assert.equal(page.split('registerType(').length, 2);
      assert.doesNotMatch(page, /<!-- fields|\brequire\(|<script[^>]* (src|type="module")/);
    });
  }
});
