// The training of a model in a thread of its own: reads the spool, has every detector learn, saves the model, reports.
import { registerDetectors } from '../detectors/registry';
import { type ModelOrder, type ModelReport, trainModel, type UnsavedModel } from '../detectors/train-model';
import type { TrainingProgress } from '../detectors/vae/train';
import { type SpoolDescriptor, SpoolReader } from '../store/example-spool';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface TrainingTask extends ModelOrder {
  spool: SpoolDescriptor;
  /** Examples that are learnt from beside those. */
  marked?: SpoolDescriptor;
  /** Of detectors that are not the package's own: `detectorModules()`. */
  modules: readonly string[];
}

export const trainingTask = new LongTask<TrainingTask, ModelReport | UnsavedModel, TrainingProgress>({
  file: __filename,
  name: 'trainingTask',
  what: 'trains',
  load: async () => run,
});

async function run(
  { spool, marked, modules, ...order }: TrainingTask,
  watch: Watch<TrainingProgress>,
): Promise<ModelReport | UnsavedModel> {
  registerDetectors(modules);
  const { exampleLength } = spool;
  const collected = new SpoolReader(spool);
  const beside = new SpoolReader(marked ?? { ...spool, count: 0 });
  const count = collected.count + beside.count;
  const read: SpoolReader['read'] = (index, into, offset) => {
    if (index < collected.count) collected.read(index, into, offset);
    else beside.read(index - collected.count, into, offset);
  };
  try {
    return await trainModel(order, { count, exampleLength, read, frontEnd: order.frontEnd }, watch);
  } finally {
    collected.close();
    beside.close();
  }
}
