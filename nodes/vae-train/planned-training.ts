// The training that the edit dialog of vae-train asks about: its fields as they stand, for examples of a given size, on
// this machine.
import { availableParallelism } from 'node:os';
import { type Architecture, buildArchitecture } from '../../src/engine/architecture';
import { microBatchSize } from '../../src/engine/memory-budget';
import { fields as modelFields } from '../audio-model/fields';
import { readFields } from '../shared/read-fields';
import { number } from '../shared/schema';
import { readVaeTrain, type VaeTrainConfig } from './vae-train-config';

export interface PlannedTraining extends Pick<VaeTrainConfig, 'network' | 'options'> {
  /** Bins and frames of the examples. */
  shape: [number, number];
  architecture: Architecture;
  threads: number;
  /** Examples that go through at once. */
  microBatch: number;
}

const SIDE = { default: 128, min: 1, max: 100_000, integer: true };
/** What a question says beside the properties of the node. */
const ASKED = {
  bins: number({ ...SIDE, unit: 'bins' }),
  frames: number({ ...SIDE, unit: 'frames' }),
  threads: modelFields.threads,
};

/** Threads of a training, as an audio model is set: 0 leaves one core to everything else. */
export const threadsOf = (set: number): number => set || Math.max(1, availableParallelism() - 1);

/**
 * @param query properties of a vae-train node, `bins` and `frames` of the spectrograms, and `threads` of its model
 * @throws UserError where a property is wrong, the network does not fit the examples or the training the machine
 */
export function planTraining(query: object): PlannedTraining {
  const { network, options } = readVaeTrain(query);
  const { bins, frames, threads: set } = readFields(ASKED, query);
  const shape: [number, number] = [bins, frames];
  const architecture = buildArchitecture(shape, network);
  const threads = threadsOf(set);
  const microBatch = microBatchSize(architecture, options.batchSize, threads);
  return { network, options, shape, architecture, threads, microBatch };
}
