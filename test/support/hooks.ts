// node-red-node-test-helper leaves Node-RED's messaging hooks out of the API that it gives to nodes. The hooks run all
// the same in its runtime; this hands them over.
import { createRequire } from 'node:module';

const fromNodeRed = createRequire(createRequire(__filename).resolve('node-red'));

export const hooks = fromNodeRed('@node-red/util').hooks as { has(id: string): boolean };

const api = fromNodeRed('@node-red/registry/lib/util') as { createNodeApi(node: object): object };
const { createNodeApi } = api;

/** Call in `before`; `takeAwayHooks` in `after`. */
export function giveHooks(): void {
  api.createNodeApi = node => Object.assign(createNodeApi(node), { hooks });
}

export function takeAwayHooks(): void {
  api.createNodeApi = createNodeApi;
}
