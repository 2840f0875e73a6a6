// The worker thread that trains one rl-kl classifier and saves it.
import { paced } from '../detectors/progress';
import { type RlKlReport, trainRlKl } from '../detectors/rl-kl/rl-kl';
import { saveRlKl } from '../detectors/rl-kl/rl-kl-file';
import { type JobWatch, runJob } from '../threads/job-thread';
import type { RlKlProgress, RlKlTask } from './rl-kl-job';

function run({ points, settings, file, model }: RlKlTask, watch: JobWatch<RlKlProgress>): RlKlReport {
  const { epochs } = settings;
  const started = performance.now();
  const tell = paced(watch.onProgress);
  const onEpoch = (epoch: number, loss: number): void => {
    const secondsLeft = ((performance.now() - started) / 1000 / epoch) * (epochs - epoch);
    tell({ phase: 'training', epoch, epochs, loss, secondsLeft });
  };
  const { classifier, report, loss } = trainRlKl(points, settings, { onEpoch, cancelled: watch.cancelled });
  tell({ phase: 'saving', epoch: epochs, epochs, loss, secondsLeft: 0 });
  saveRlKl(file, model, classifier, settings, report);
  return report;
}

runJob(run);
