// The training of an rl-kl classifier in a thread of its own, which also saves it.
import { type RlKlProgress, rlKl } from '../detectors/rl-kl/detector';
import type { RlKlPoint, RlKlReport, RlKlSettings } from '../detectors/rl-kl/rl-kl';
import { type ScoredModel, saveRlKl } from '../detectors/rl-kl/rl-kl-file';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface RlKlTask {
  points: RlKlPoint[];
  settings: RlKlSettings;
  /** Where the classifier is saved. */
  file: string;
  /** The model whose scores these are. */
  model: ScoredModel & { name: string };
}

export const rlKlTask = new LongTask<RlKlTask, RlKlReport, RlKlProgress>({
  file: __filename,
  name: 'rlKlTask',
  what: 'trains the classifier',
  load: async () => run,
});

async function run({ points, settings, file, model }: RlKlTask, watch: Watch<RlKlProgress>): Promise<RlKlReport> {
  const { part, report } = await rlKl.fit(points, settings, watch);
  saveRlKl(file, model, part);
  return report;
}
