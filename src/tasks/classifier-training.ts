// The training of a feature classifier in a thread of its own: searches, trains, judges, saves.
import { saveClassifier } from '../detectors/features/classifier-file';
import { features } from '../detectors/features/detector';
import type { FeatureTable } from '../detectors/features/feature-table';
import type { ClassifierOptions, ClassifierProgress, ClassifierReport } from '../detectors/features/train-classifier';
import { ModelStore } from '../store/model-store';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface ClassifierTask {
  table: FeatureTable;
  options: ClassifierOptions;
  /** Where all classifiers live, and the name of this one. */
  folder: string;
  name: string;
}

/** `msg.payload` of a report message, but for its kind. */
export interface SavedClassifierReport extends ClassifierReport {
  name: string;
  version: number;
  file: string;
}

export const classifierTask = new LongTask<ClassifierTask, SavedClassifierReport, ClassifierProgress>({
  file: __filename,
  name: 'classifierTask',
  what: 'trains the classifier',
  load: async () => run,
});

async function run(
  { table, options, folder, name }: ClassifierTask,
  watch: Watch<ClassifierProgress>,
): Promise<SavedClassifierReport> {
  const { part, report } = await features.fit(table, options, watch);
  return { ...report, name, ...saveClassifier(new ModelStore(folder, name), part) };
}
