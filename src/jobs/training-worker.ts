// The worker thread of one training: reads the spool, trains, saves the model, reports.
import { parentPort, workerData } from 'node:worker_threads';
import { describeScores } from '../detect/distribution';
import { asError, UserError } from '../errors';
import { Cancelled } from '../ml/cancelled';
import { type Trained, type TrainingProgress, train } from '../ml/train';
import { writeModelFile } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import { SpoolReader } from '../store/picture-spool';
import { PACKAGE_VERSION } from '../version';
import { describeModel } from './model-description';
import type { TrainingReport, TrainingTask } from './training-job';

const task = workerData as TrainingTask;
const cancel = new Int32Array(task.cancel);
const report = (message: TrainingReport): void => parentPort?.postMessage(message);

async function run(): Promise<void> {
  const { frontEnd, options } = task;
  const source = new SpoolReader(task.spool);
  try {
    let last: TrainingProgress | undefined;
    const onProgress = (progress: TrainingProgress): void => {
      last = progress;
      report({ kind: 'progress', progress });
    };
    const trained = await train(source, frontEnd, task.network, options, onProgress, () => cancel[0] !== 0);
    if (last) report({ kind: 'progress', progress: { ...last, phase: 'saving' } });
    save(trained, source.count);
    await trained.engine.close();
  } finally {
    source.close();
  }
}

function save(trained: Trained, segments: number): void {
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
  report({
    kind: 'done',
    model: {
      ...{ name: task.name, version, file, epochs, loss, rl, kl, segments, seconds, skippedUpdates },
      scores: { count, mean, std, min, max },
    },
  });
}

run().catch(thrown => {
  if (thrown instanceof Cancelled) return report({ kind: 'cancelled' });
  const error = asError(thrown);
  const code = error instanceof UserError ? error.code : undefined;
  report({ kind: 'failed', code, message: error.message, stack: error.stack });
});
