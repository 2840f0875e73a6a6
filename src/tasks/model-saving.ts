// The saving of a model that was learnt before but had no room on the disk, in a thread of its own.
import { type FinishedModel, type ModelReport, saveModel, type UnsavedModel } from '../detectors/train-model';
import { LongTask } from '../threads/long-task';

export const savingTask = new LongTask<FinishedModel, ModelReport | UnsavedModel>({
  file: __filename,
  name: 'savingTask',
  what: 'saves the model',
  load: async () => saveModel,
});
