// The training of a model in a thread of its own: reads the spool, has every detector learn, saves the model, reports.
import { registerDetectors } from '../detectors/registry';
import { type ModelOrder, type ModelReport, trainModel } from '../detectors/train-model';
import type { TrainingProgress } from '../detectors/vae/train';
import { type SpoolDescriptor, SpoolReader } from '../store/example-spool';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface TrainingTask extends ModelOrder {
  spool: SpoolDescriptor;
  /** Of detectors that are not the package's own: `detectorModules()`. */
  modules: readonly string[];
}

export const trainingTask = new LongTask<TrainingTask, ModelReport, TrainingProgress>({
  file: __filename,
  name: 'trainingTask',
  what: 'trains',
  load: async () => run,
});

async function run({ spool, modules, ...order }: TrainingTask, watch: Watch<TrainingProgress>): Promise<ModelReport> {
  registerDetectors(modules);
  const source = new SpoolReader(spool);
  const { count, exampleLength } = source;
  const read: SpoolReader['read'] = (index, into, offset) => source.read(index, into, offset);
  try {
    return await trainModel(order, { count, exampleLength, read, frontEnd: order.frontEnd }, watch);
  } finally {
    source.close();
  }
}
