// The list of error codes: every one is used, and the page of the docs is made of it. That no other is used, the
// compiler sees to.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ERROR_GROUPS } from '#src/error-codes';
import { PACKAGE_ROOT } from '../support/pack';

const codes = Object.values(ERROR_GROUPS).flatMap(group => Object.keys(group));

describe('error codes', () => {
  it('stand once each', () => {
    assert.deepEqual(
      codes.filter((code, i) => codes.indexOf(code) !== i),
      [],
    );
  });

  it('are all used', () => {
    const code = ['src', 'nodes']
      .flatMap(folder =>
        readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
          .filter(name => name.endsWith('.ts') && !name.endsWith('error-codes.ts'))
          .map(name => readFileSync(join(PACKAGE_ROOT, folder, name), 'utf8')),
      )
      .join('\n');
    assert.deepEqual(
      codes.filter(name => !code.includes(`'${name}'`)),
      [],
    );
  });

  it('are what docs/errors.md says', async () => {
    const script = pathToFileURL(join(PACKAGE_ROOT, 'scripts', 'errors-page.mjs')).href;
    const { errorsPage } = (await import(script)) as { errorsPage(): string };
    const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'errors.md'), 'utf8');
    assert.equal(page, errorsPage(), 'run: node scripts/errors-page.mjs');
  });
});
