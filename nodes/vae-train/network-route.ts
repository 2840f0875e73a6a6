// What the edit dialog of vae-train asks while a network is being chosen: does it fit, what does it look like, how large
// is it. Reckoned by the very code that builds the network for a training.
import type { NodeAPI } from 'node-red';
import { describeArchitecture } from '../../src/engine/architecture';
import { parameterCount } from '../../src/engine/parameters';
import { trainingBytes } from '../../src/engine/plan';
import { UserError } from '../../src/errors';
import { routesOf } from '../shared/routes';
import { planTraining } from './planned-training';

export interface NetworkSummary {
  /** One line for each layer, e.g. `conv 3×3 /2 → 64×64×16`. */
  layers: string[];
  /** Trainable values. */
  parameters: number;
  /** Bytes that a training with this batch size takes on this machine. */
  trainingBytes: number;
}

/**
 * @param query as `planTraining`
 * @throws UserError as `planTraining`
 */
export function summariseNetwork(query: object): NetworkSummary {
  const { architecture, threads, microBatch } = planTraining(query);
  const { perExample, fixed } = trainingBytes(architecture, threads);
  return {
    layers: describeArchitecture(architecture),
    parameters: parameterCount(architecture),
    trainingBytes: fixed + microBatch * perExample,
  };
}

/** `GET /audio-anomaly/network?preset=custom&filters=8,16&…&bins=128&frames=128` → NetworkSummary, or `{problem}` in words. */
export function registerNetworkRoute(RED: NodeAPI): void {
  routesOf(RED).get('network', (req, res) => {
    try {
      res.json(summariseNetwork(req.query));
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      res.json({ problem: thrown.message });
    }
  });
}
