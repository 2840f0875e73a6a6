// The training of an rl-kl classifier in a thread of its own, which also saves it.
import { paced } from '../detectors/progress';
import { type RlKlPoint, type RlKlReport, type RlKlSettings, trainRlKl } from '../detectors/rl-kl/rl-kl';
import { saveRlKl } from '../detectors/rl-kl/rl-kl-file';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface RlKlTask {
  points: RlKlPoint[];
  settings: RlKlSettings;
  /** Where the classifier is saved. */
  file: string;
  /** The model whose scores these are. */
  model: { name: string; version: number };
}

export interface RlKlProgress {
  phase: 'training' | 'saving';
  epoch: number;
  epochs: number;
  loss: number;
  secondsLeft: number;
}

export const rlKlTask = new LongTask<RlKlTask, RlKlReport, RlKlProgress>({
  file: __filename,
  name: 'rlKlTask',
  what: 'trains the classifier',
  load: async () => run,
});

function run({ points, settings, file, model }: RlKlTask, watch: Watch<RlKlProgress>): RlKlReport {
  const { epochs } = settings;
  const started = performance.now();
  const tell = paced(watch.tell);
  const onEpoch = (epoch: number, loss: number): void => {
    const secondsLeft = ((performance.now() - started) / 1000 / epoch) * (epochs - epoch);
    tell({ phase: 'training', epoch, epochs, loss, secondsLeft });
  };
  const { classifier, report, loss } = trainRlKl(points, settings, { onEpoch, cancelled: watch.cancelled });
  tell({ phase: 'saving', epoch: epochs, epochs, loss, secondsLeft: 0 });
  saveRlKl(file, model, classifier, settings, report);
  return report;
}
