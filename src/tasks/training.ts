// The training of a VAE, or a sweep, in a thread of its own: reads the spool, trains, saves the model, reports.
import { paced } from '../detectors/progress';
import type { LatentUse } from '../detectors/vae/latent-use';
import type { MixtureReport } from '../detectors/vae/mixture-training';
import { describeModel } from '../detectors/vae/model-description';
import { modelWarnings } from '../detectors/vae/model-warnings';
import { type SweepRange, type SweepReport, sweep, sweepWeights, type TrainedModel } from '../detectors/vae/sweep';
import { SweepClock } from '../detectors/vae/sweep-clock';
import { type Trained, type TrainingOptions, type TrainingProgress, train } from '../detectors/vae/train';
import type { NetworkOptions } from '../engine/architecture';
import type { FrontEnd } from '../messages';
import { describeScores } from '../stats/distribution';
import { type SpoolDescriptor, SpoolReader } from '../store/example-spool';
import { writeModelFile } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';
import { PACKAGE_VERSION } from '../version';

export interface TrainingTask {
  spool: SpoolDescriptor;
  frontEnd: FrontEnd;
  network: NetworkOptions;
  options: TrainingOptions;
  /** Trains once for each of these weights, instead of once with `options.rlWeight`, and saves the best. */
  sweep?: SweepRange;
  /** Where all models live, and the name of this one. */
  folder: string;
  name: string;
}

/** `msg.payload` of a model message. */
export interface ModelReport {
  name: string;
  version: number;
  file: string;
  epochs: number;
  loss: number;
  rl: number;
  kl: number;
  /** Reconstruction losses of the training segments. */
  scores: { count: number; mean: number; std: number; min: number; max: number };
  segments: number;
  seconds: number;
  skippedUpdates: number;
  /** With a mixture prior: how many of its components live. */
  mixture?: MixtureReport;
  /** How many latent values tell segments apart; not for a plain autoencoder. */
  latentUse?: LatentUse;
  /** What is wrong with the model, and what to change; empty where nothing is. */
  warnings: string[];
  /** What came of each weight, where several were tried. */
  sweep?: SweepReport;
}

export const trainingTask = new LongTask<TrainingTask, ModelReport, TrainingProgress>({
  file: __filename,
  name: 'trainingTask',
  what: 'trains',
  load: async () => run,
});

type Training = Watch<TrainingProgress>;
type TrainWith = (options: TrainingOptions, onProgress: Training['tell']) => Promise<Trained>;

async function run(task: TrainingTask, { tell: report, cancelled }: Training): Promise<ModelReport> {
  const onProgress = paced(report);
  const source = new SpoolReader(task.spool);
  let last: TrainingProgress | undefined;
  const tell: Training['tell'] = progress => {
    last = progress;
    onProgress(progress);
  };
  const saving = (): void => {
    if (last) onProgress({ ...last, phase: 'saving', secondsLeft: 0 });
  };
  const trainWith: TrainWith = (options, told) => train(source, task.frontEnd, task.network, options, told, cancelled);
  try {
    if (task.sweep) {
      const { report, best } = await runSweep(task.sweep, task.options, trainWith, tell);
      saving();
      const model = save(task, { ...task.options, rlWeight: report.best }, best, source.count);
      return { ...model, sweep: report };
    }
    const { engine, ...rest } = await trainWith(task.options, tell);
    saving();
    const trained = { ...rest, engine: engine.name, architecture: engine.architecture };
    const model = save(task, task.options, { ...trained, parameters: engine.parameterViews() }, source.count);
    await engine.close();
    return model;
  } finally {
    source.close();
  }
}

function runSweep(
  range: SweepRange,
  options: TrainingOptions,
  trainWith: TrainWith,
  tell: Training['tell'],
): Promise<{ report: SweepReport; best: TrainedModel }> {
  const weights = sweepWeights(range);
  const clock = new SweepClock(weights.length);
  return sweep(weights, (rlWeight, i) =>
    trainWith({ ...options, rlWeight }, progress => tell(clock.place(progress, rlWeight, i))),
  );
}

function save(task: TrainingTask, used: TrainingOptions, trained: TrainedModel, segments: number): ModelReport {
  const { engine, architecture, parameters, scale, scores } = trained;
  const { threads: _threads, kernels: _kernels, engine: _engine, ...options } = used;
  const total = scores.rl.map((rl, i) => options.rlWeight * rl + options.klWeight * scores.kl[i]);
  const distributions = { rl: describeScores(scores.rl), kl: describeScores(scores.kl), total: describeScores(total) };
  const store = new ModelStore(task.folder, task.name);
  const version = store.nextVersion();
  const file = store.pathOf(version);
  const { epochs, loss, rl, kl, valLoss, mixture, latentUse, skippedUpdates, seconds } = trained;
  const outcome = { epochs, loss, rl, kl, mixture, latentUse, skippedUpdates, seconds };
  writeModelFile(file, parameters, {
    packageVersion: PACKAGE_VERSION,
    name: task.name,
    version,
    createdAt: new Date().toISOString(),
    ...describeModel({
      architecture,
      frontEnd: task.frontEnd,
      scale,
      scores: distributions,
      training: { engine, options, segments, valLoss, ...outcome },
    }),
  });
  store.prune();
  const { count, mean, std, min, max } = distributions.rl;
  return {
    ...{ name: task.name, version, file, segments, ...outcome },
    scores: { count, mean, std, min, max },
    warnings: modelWarnings(trained, options),
  };
}
