// The generations of Node-RED that the package is for, each on the oldest Node.js that it is tested with: Node-RED 4 is
// a development dependency and runs on the Node.js of the tests; Node-RED 5 wants a newer one and has both beside the
// dependencies, in test/parts (`npm run test:parts`).
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { PARTS_FOLDER, requireSystem, type SystemPart } from './system';

export interface Generation {
  name: 'Node-RED 4' | 'Node-RED 5';
  /** The Node.js that runs it. */
  node: string;
  /** How much longer everything takes than is usual. */
  slowness: number;
  /** Folder of the package node-red. */
  nodeRed: string;
  /** What has to be there first. */
  needs: SystemPart[];
}

export const NODE_RED_4: Generation = {
  name: 'Node-RED 4',
  node: process.execPath,
  slowness: 1,
  nodeRed: dirname(createRequire(__filename).resolve('node-red/package.json')),
  needs: [],
};

export const NODE_RED_5: Generation = {
  name: 'Node-RED 5',
  node: join(PARTS_FOLDER, 'node', 'bin', 'node'),
  slowness: 1,
  nodeRed: join(PARTS_FOLDER, 'node-red'),
  needs: ['node-red-5'],
};

export const GENERATIONS: readonly Generation[] = [NODE_RED_4, NODE_RED_5];

/** The environment in which `node`, and with it npm, is the generation's own. */
export function environmentOf({ node }: Generation): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * A suite of tests that runs once with each of some generations; where one is missing, see `requireSystem`. What can
 * differ between them is tested with all: the theme, the editor's own parts, how messages travel.
 */
export function describeGenerations(
  title: string,
  generations: readonly Generation[],
  body: (this: Mocha.Suite, generation: Generation) => void,
): void {
  for (const generation of generations) {
    describe(`${title}, ${generation.name}`, function () {
      before(function () {
        requireSystem(this, ...generation.needs);
      });
      body.call(this, generation);
    });
  }
}

/** Declares tests of what is the same code with every generation: they run with the one that everybody has. */
export function testOnce(generation: Generation): (title: string, test: Mocha.AsyncFunc) => void {
  return (title, test) => {
    if (generation === NODE_RED_4) it(title, test);
  };
}
