// The worker thread of one training: reads the spool, trains, saves the model, reports.
import { describeScores } from '../detect/distribution';
import { type Trained, type TrainingProgress, train } from '../ml/train';
import { writeModelFile } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import { SpoolReader } from '../store/picture-spool';
import { PACKAGE_VERSION } from '../version';
import { type JobWatch, runJob } from './job-thread';
import { describeModel } from './model-description';
import type { ModelReport, TrainingTask } from './training-job';

async function run(task: TrainingTask, { onProgress, cancelled }: JobWatch<TrainingProgress>): Promise<ModelReport> {
  const { frontEnd, options } = task;
  const source = new SpoolReader(task.spool);
  try {
    let last: TrainingProgress | undefined;
    const remember = (progress: TrainingProgress): void => {
      last = progress;
      onProgress(progress);
    };
    const trained = await train(source, frontEnd, task.network, options, remember, cancelled);
    if (last) onProgress({ ...last, phase: 'saving' });
    const model = save(task, trained, source.count);
    await trained.engine.close();
    return model;
  } finally {
    source.close();
  }
}

function save(task: TrainingTask, trained: Trained, segments: number): ModelReport {
  const { engine, scale, scores } = trained;
  const { threads: _threads, kernels: _kernels, engine: _engine, ...options } = task.options;
  const total = scores.rl.map((rl, i) => options.rlWeight * rl + options.klWeight * scores.kl[i]);
  const distributions = { rl: describeScores(scores.rl), kl: describeScores(scores.kl), total: describeScores(total) };
  const store = new ModelStore(task.folder, task.name);
  const version = store.nextVersion();
  const file = store.pathOf(version);
  const { epochs, loss, rl, kl, valLoss, skippedUpdates, seconds } = trained;
  writeModelFile(file, engine.parameterViews(), {
    packageVersion: PACKAGE_VERSION,
    name: task.name,
    version,
    createdAt: new Date().toISOString(),
    ...describeModel({
      architecture: engine.architecture,
      frontEnd: task.frontEnd,
      scale,
      scores: distributions,
      training: { engine: engine.name, options, segments, epochs, loss, rl, kl, valLoss, skippedUpdates, seconds },
    }),
  });
  store.prune();
  const { count, mean, std, min, max } = distributions.rl;
  return {
    ...{ name: task.name, version, file, epochs, loss, rl, kl, segments, seconds, skippedUpdates },
    scores: { count, mean, std, min, max },
  };
}

runJob(run);
