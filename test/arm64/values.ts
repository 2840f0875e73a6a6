// What the package computes on a Raspberry Pi's processor, bit for bit: sound files read, spectrograms, features, what is
// made of them, a training, and the steps of twelve networks with both kinds of kernels and several threads.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ARM64 } from '../support/arm64';
import { NODE_RED_4 } from '../support/generations';
import { PACKAGE_ROOT } from '../support/pack';
import { requireSystem } from '../support/system';

const run = promisify(execFile);
const file = (...parts: string[]): string => join(PACKAGE_ROOT, ...parts);

const PROGRAMS = {
  'sound files, spectrograms, features and a training': [
    file('test', 'arm64', 'values.mjs'),
    file('examples', 'sounds'),
    file('test', 'fixtures', 'audio'),
  ],
  'what networks learn in some steps': [file('bench', 'engine-weights.mjs')],
};

describe('on arm64, bit for bit as on this processor', function () {
  this.timeout(600_000);

  before(function () {
    requireSystem(this, ...ARM64.needs);
  });

  for (const [title, args] of Object.entries(PROGRAMS)) {
    it(title, async () => {
      const [here, there] = await Promise.all([NODE_RED_4, ARM64].map(({ node }) => run(node, args)));
      const lines = here.stdout.trim().split('\n');
      assert.ok(lines.length > 40);
      assert.deepEqual(there.stdout.trim().split('\n'), lines);
      console.log(`      ${lines.length} checksums`);
    });
  }
});
