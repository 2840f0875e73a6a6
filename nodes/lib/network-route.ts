// What the edit dialog of vae-train asks while a network is being chosen: does it fit, what does it look like, how large
// is it. Reckoned by the very code that builds the network for a training.
import { availableParallelism } from 'node:os';
import type { NodeAPI } from 'node-red';
import { asError, UserError } from '../../src/errors';
import { buildArchitecture, describeArchitecture } from '../../src/ml/architecture';
import { microBatchSize } from '../../src/ml/memory-budget';
import { parameterCount } from '../../src/ml/parameters';
import { trainingBytes } from '../../src/ml/plan';
import { numberField } from './config';
import { readTraining } from './vae-train-config';

export interface NetworkSummary {
  /** One line for each layer, e.g. `conv 3×3 /2 → 64×64×16`. */
  layers: string[];
  /** Trainable values. */
  parameters: number;
  /** Bytes that a training with this batch size takes on this machine. */
  trainingBytes: number;
}

const SIDE = { min: 1, max: 100_000, integer: true };

/**
 * @param query properties of a vae-train node, and `bins` and `frames` of the spectrograms
 * @throws UserError where a property is wrong, the network does not fit the pictures or the training the machine
 */
export function summariseNetwork(query: object): NetworkSummary {
  const { network, options } = readTraining(query);
  const bins = numberField(query, 'bins', 128, { ...SIDE, unit: 'rows' });
  const frames = numberField(query, 'frames', 128, { ...SIDE, unit: 'columns' });
  const architecture = buildArchitecture([bins, frames], network);
  const threads = Math.max(1, availableParallelism() - 1);
  const batch = microBatchSize(architecture, options.batchSize, threads);
  const { perPicture, fixed } = trainingBytes(architecture, threads);
  return {
    layers: describeArchitecture(architecture),
    parameters: parameterCount(architecture),
    trainingBytes: fixed + batch * perPicture,
  };
}

/** `GET /audio-anomaly/network?preset=custom&filters=8,16&…&bins=128&frames=128` → NetworkSummary, or `{problem}` in words. */
export function registerNetworkRoute(RED: NodeAPI): void {
  RED.httpAdmin.get('/audio-anomaly/network', RED.auth.needsPermission('audio-anomaly.read'), (req, res) => {
    try {
      res.json(summariseNetwork(req.query));
    } catch (thrown) {
      if (thrown instanceof UserError) res.json({ problem: thrown.message });
      else res.status(500).json({ error: asError(thrown).message });
    }
  });
}
