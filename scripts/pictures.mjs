// `npm run pictures`: takes the pictures of the documentation (docs/images) anew, by the browser tests that hold them to
// what is there.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ensureBuilt } from './demo/build-if-stale.mjs';
import { root } from './set-up.mjs';

const TESTS = ['test/browser/pictures.test.ts', 'test/browser/flow-pictures.test.ts'];

ensureBuilt(root, console.log);
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const env = { ...process.env, EARSHOT_PICTURES: '1' };
const { status } = spawnSync(process.execPath, [mocha, ...TESTS], { cwd: root, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
