// Finding and loading TensorFlow: where the user put it, with what newer Node.js took away, and what is said where it is
// missing or broken.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { chooseEngine } from '#src/engine/create-engine';
import { findTensorflow, loadTensorflow, restoreUtil, tensorflowProblem } from '#src/engine/tensorflow/load';
import { UserError } from '#src/errors';
import { PACKAGE_ROOT } from '../../support/pack';
import { skip } from '../../support/system';
import { tempFolder } from '../../support/temp';
import { installTensorflow } from '../../support/tensorflow';

type Functions = Record<string, unknown>;
const functions = util as unknown as Functions;
const REMOVED = ['isNullOrUndefined', 'isArray'] as const;

describe('loading TensorFlow', () => {
  let saved: Functions;
  beforeEach(() => {
    saved = Object.fromEntries(REMOVED.map(name => [name, functions[name]]));
  });
  afterEach(() => {
    Object.assign(functions, saved);
  });

  it('finds it in the user directory, also from a package that lies elsewhere', () => {
    const userDir = tempFolder('userdir');
    const installed = installTensorflow(userDir);
    assert.equal(findTensorflow([userDir]), installed);
    assert.equal(tensorflowProblem([userDir]), undefined);
  });

  it('finds it beside an installed package, as npm puts both into the user directory', () => {
    const userDir = tempFolder('userdir');
    const installed = installTensorflow(userDir);
    const home = join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly');
    mkdirSync(home, { recursive: true });
    cpSync(join(PACKAGE_ROOT, 'package.json'), join(home, 'package.json'));
    cpSync(join(PACKAGE_ROOT, 'dist', 'src'), join(home, 'dist', 'src'), { recursive: true });
    const theirs = createRequire(join(home, 'package.json'))('./dist/src/engine/tensorflow/load.js');
    assert.equal((theirs as { findTensorflow: typeof findTensorflow }).findTensorflow([]), installed);
  });

  it('finds it from a linked package through the user directory alone', () => {
    const userDir = tempFolder('userdir');
    const installed = installTensorflow(userDir);
    const link = join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly');
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(PACKAGE_ROOT, link);
    const theirs = createRequire(join(link, 'package.json'))('./dist/src/engine/tensorflow/load.js');
    assert.equal((theirs as { findTensorflow: typeof findTensorflow }).findTensorflow([userDir]), installed);
  });

  it('says where it is missing how to install it, or what to choose instead', function () {
    if (findTensorflow([])) skip(this, '@tensorflow/tfjs-node is installed here');
    const userDir = tempFolder('userdir');
    const problem = tensorflowProblem([userDir]);
    assert.equal(problem?.code, 'tensorflow-not-installed');
    assert.match(
      problem?.message ?? '',
      /^@tensorflow\/tfjs-node is not installed; expected the npm package in Node-RED's user directory/,
    );
    assert.ok(
      problem?.message.includes(`Run in that directory (${userDir}): npm install @tensorflow/tfjs-node – then`),
    );
    assert.match(problem?.message ?? '', /or open the audio model and choose the engine auto\.$/);
    assert.throws(() => chooseEngine({ choice: 'tensorflow', folders: [userDir] }), { message: problem?.message });
  });

  it('says what a broken installation said', () => {
    const userDir = tempFolder('userdir');
    const source = `throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: x. \\n more");`;
    const installed = installTensorflow(userDir, source);
    assert.throws(
      () => loadTensorflow([userDir]),
      (error: UserError) =>
        error instanceof UserError &&
        error.code === 'tensorflow-not-loaded' &&
        error.message.includes(`for Node.js ${process.version}`) &&
        error.message.includes(
          'It says: The Node.js native addon module (tfjs_binding.node) can not be found at path: x.',
        ) &&
        error.message.includes(installed),
    );
  });

  it('supplies what Node.js 23 took away before it is loaded', () => {
    for (const name of REMOVED) delete functions[name];
    // The stand-in throws on loading where they are missing, as tfjs-node does when it computes.
    const userDir = tempFolder('userdir');
    installTensorflow(userDir);
    const tf = loadTensorflow([userDir]);
    assert.equal(typeof tf.conv2dTranspose, 'function');
    const { isNullOrUndefined, isArray } = functions as Record<string, (value?: unknown) => boolean>;
    assert.deepEqual([null, undefined, 0, '', []].map(isNullOrUndefined), [true, true, false, false, false]);
    assert.deepEqual([[], {}, 'a', new Float32Array(1)].map(isArray), [true, false, false, false]);
  });

  it('leaves what is there as it is', () => {
    const marks = Object.fromEntries(REMOVED.map(name => [name, () => true]));
    Object.assign(functions, marks);
    restoreUtil();
    for (const name of REMOVED) assert.equal(functions[name], marks[name]);
  });
});
