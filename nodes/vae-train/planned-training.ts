// The training that the edit dialog of vae-train asks about: its fields as they stand, for pictures of a given size, on
// this machine.
import { availableParallelism } from 'node:os';
import { type Architecture, buildArchitecture } from '../../src/engine/architecture';
import { microBatchSize } from '../../src/engine/memory-budget';
import { numberField } from '../shared/config';
import { readTraining, type VaeTrainConfig } from './vae-train-config';

export interface PlannedTraining extends Pick<VaeTrainConfig, 'network' | 'options'> {
  /** Rows and columns of the pictures. */
  shape: [number, number];
  architecture: Architecture;
  threads: number;
  /** Pictures that go through at once. */
  microBatch: number;
}

const SIDE = { min: 1, max: 100_000, integer: true };

const MAX_THREADS = 64;

/** Threads of a training, as an audio model is set: where it does not say, one core is left to everything else. */
export function threadsOf(model: object): number {
  const threads = numberField(model, 'threads', 0, { min: 0, max: MAX_THREADS, integer: true });
  return threads || Math.max(1, availableParallelism() - 1);
}

/**
 * @param query properties of a vae-train node, `bins` and `frames` of the spectrograms, and `threads` of its model
 * @throws UserError where a property is wrong, the network does not fit the pictures or the training the machine
 */
export function planTraining(query: object): PlannedTraining {
  const { network, options } = readTraining(query);
  const bins = numberField(query, 'bins', 128, { ...SIDE, unit: 'rows' });
  const frames = numberField(query, 'frames', 128, { ...SIDE, unit: 'columns' });
  const shape: [number, number] = [bins, frames];
  const architecture = buildArchitecture(shape, network);
  const threads = threadsOf(query);
  const microBatch = microBatchSize(architecture, options.batchSize, threads);
  return { network, options, shape, architecture, threads, microBatch };
}
