// The worker thread that trains one rl-kl classifier and saves it.
import { type RlKlReport, trainRlKl } from '../detectors/rl-kl/rl-kl';
import { saveRlKl } from '../detectors/rl-kl/rl-kl-file';
import { type JobWatch, runJob } from '../threads/job-thread';
import type { RlKlProgress, RlKlTask } from './rl-kl-job';

/** Epochs take milliseconds; nobody wants to hear of each. */
const PROGRESS_INTERVAL_MS = 100;

function run({ points, settings, file, model }: RlKlTask, watch: JobWatch<RlKlProgress>): RlKlReport {
  const { epochs } = settings;
  const started = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  const onEpoch = (epoch: number, loss: number): void => {
    const now = performance.now();
    if (epoch < epochs && now - toldAt < PROGRESS_INTERVAL_MS) return;
    toldAt = now;
    const secondsLeft = ((now - started) / 1000 / epoch) * (epochs - epoch);
    watch.onProgress({ phase: 'training', epoch, epochs, loss, secondsLeft });
  };
  const { classifier, report, loss } = trainRlKl(points, settings, { onEpoch, cancelled: watch.cancelled });
  watch.onProgress({ phase: 'saving', epoch: epochs, epochs, loss, secondsLeft: 0 });
  saveRlKl(file, model, classifier, settings, report);
  return report;
}

runJob(run);
