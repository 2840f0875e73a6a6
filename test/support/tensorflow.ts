// TensorFlow for tests: a folder in which @tensorflow/tfjs-node is "installed" as a thin package around plain
// @tensorflow/tfjs, a development dependency with the same interface. The product finds and loads it as it would the real
// one, so nothing in it knows about tests. Like the real one, it does not work where `util` lacks two functions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EngineSettings } from '#src/engine/compute-engine';
import { tempFolder } from './temp';

const PLAIN = createRequire(__filename).resolve('@tensorflow/tfjs');

const STAND_IN = `
const util = require('node:util');
for (const name of ['isNullOrUndefined', 'isArray']) {
  if (typeof util[name] !== 'function') throw new TypeError('util_1.' + name + ' is not a function');
}
const tf = require(${JSON.stringify(PLAIN)});
tf.env().set('IS_TEST', true); // no advice to install the native package
module.exports = tf;
`;

/** Installs a package called @tensorflow/tfjs-node below `folder`. */
export function installTensorflow(folder: string, source = STAND_IN): string {
  const home = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }');
  writeFileSync(join(home, 'index.js'), source);
  return join(home, 'index.js');
}

let folder: string | undefined;

/** The engine settings of someone who has installed TensorFlow and chosen it. */
export function plainTensorflow(): EngineSettings {
  if (!folder) {
    folder = tempFolder('tensorflow');
    installTensorflow(folder);
  }
  return { choice: 'tensorflow', folders: [folder] };
}
