// How the code that dialogs share says what Node-RED answers, and how the build writes pages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeTypes } from '../support/helper';
import { PACKAGE_ROOT } from '../support/pack';

interface Server {
  explain(form: { text(key: string, values?: object): string }, xhr: object, known?: Record<number, string>): string;
}

describe('what a dialog is answered', () => {
  // The browser's code: its types are checked with the browser's own.
  const { explain } = createRequire(__filename)('../../nodes/shared/editor/server.ts') as Server;
  const form = { text: (key: string, values: object = {}) => [key, ...Object.values(values)].join(' | ') };

  it('is said in words, no less where it is no answer', () => {
    assert.match(explain(form, { status: 401 }), /error.permission/);
    assert.match(explain(form, { status: 403, responseJSON: { error: 'secret' } }), /error.permission/);
    assert.match(explain(form, { status: 0 }), /error.unreachable/);
    assert.equal(explain(form, { status: 404 }, { 404: 'nothing yet' }), 'nothing yet');
    assert.equal(explain(form, { status: 500, responseJSON: { error: 'the disk is full' } }), 'the disk is full');
    assert.match(explain(form, { status: 502 }), /error.server \| 502/);
  });
});

describe('the pages of the nodes, as built', () => {
  for (const type of nodeTypes()) {
    it(`${type}: registers at once, and leaves no line for rows unfilled`, () => {
      const page = readFileSync(join(PACKAGE_ROOT, 'dist', 'nodes', type, `${type}.html`), 'utf8');
      assert.equal(page.split('registerType(').length, 2);
      assert.doesNotMatch(page, /<!-- fields|\brequire\(|<script[^>]* (src|type="module")/);
    });
  }
});
