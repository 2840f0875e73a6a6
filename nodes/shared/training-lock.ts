// The lock of a model as a node that trains takes it: what it waits for stands under the node.
import type { ModelStore } from '../../src/store/model-store';
import { inSeconds } from './collecting';
import type { Shell } from './shell';

/**
 * @param signal ends the wait for a sign of life of who holds the lock elsewhere
 * @returns gives the lock back
 * @throws UserError `busy` naming who trains; AbortError
 */
export function lockForTraining(
  { node, status }: Shell<unknown>,
  store: ModelStore,
  signal: AbortSignal,
): Promise<() => void> {
  return store.lock(node.name || `${node.type} ${node.id}`, {
    signal,
    onWatch: (owner, seconds) => status.busy(`does ${owner} still train? ${inSeconds(seconds)}`),
  });
}
