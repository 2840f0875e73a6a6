// The VAE as a detector: trains once, or once for each weight of a sweep, and keeps the best.
import type { NetworkOptions } from '../../engine/architecture';
import type { Examples, FitWatch, SegmentDetector, SegmentFit } from '../detector';
import { paced } from '../progress';
import { LEAST_EXAMPLES } from './defaults';
import { vaeJson } from './model-description';
import { modelWarnings } from './model-warnings';
import { type SweepRange, type SweepReport, sweep, sweepWeights, type TrainedModel } from './sweep';
import { SweepClock } from './sweep-clock';
import { type Trained, type TrainingOptions, type TrainingProgress, train } from './train';
import { VaeModel } from './vae-model';

export interface VaeSettings {
  network: NetworkOptions;
  options: TrainingOptions;
  /** Trains once for each of these weights, instead of once with `options.rlWeight`. */
  sweep?: SweepRange;
}

/** What came of a training. */
export interface VaeReport
  extends Pick<Trained, 'epochs' | 'loss' | 'rl' | 'kl' | 'mixture' | 'latentUse' | 'skippedUpdates' | 'seconds'> {
  /** What came of each weight, where several were tried. */
  sweep?: SweepReport;
}

type TrainWith = (options: TrainingOptions, tell: (progress: TrainingProgress) => void) => Promise<Trained>;

export const vae: SegmentDetector<VaeSettings, TrainingProgress, VaeReport> = {
  id: 'vae',
  leastExamples: LEAST_EXAMPLES,

  async fit(examples, settings, watch) {
    const tell = paced(watch.tell);
    const trainWith: TrainWith = (options, told) =>
      train(examples, examples.frontEnd, settings.network, options, told, watch.cancelled);
    if (settings.sweep) {
      const { report, best } = await runSweep(settings.sweep, settings.options, trainWith, tell);
      const used = { ...settings.options, rlWeight: report.best };
      const fit = outcome(best, used, examples);
      return { ...fit, report: { ...fit.report, sweep: report } };
    }
    const { engine, ...rest } = await trainWith(settings.options, tell);
    const trained = { ...rest, engine: engine.name, architecture: engine.architecture };
    const fit = outcome({ ...trained, parameters: engine.parameterViews() }, settings.options, examples);
    return { ...fit, close: () => engine.close() };
  },

  load: (part, context) => VaeModel.of(part, context),
};

function runSweep(
  range: SweepRange,
  options: TrainingOptions,
  trainWith: TrainWith,
  tell: FitWatch<TrainingProgress>['tell'],
): Promise<{ report: SweepReport; best: TrainedModel }> {
  const weights = sweepWeights(range);
  const clock = new SweepClock(weights.length);
  return sweep(weights, (rlWeight, i) =>
    trainWith({ ...options, rlWeight }, progress => tell(clock.place(progress, rlWeight, i))),
  );
}

function outcome(trained: TrainedModel, used: TrainingOptions, { count }: Examples): SegmentFit<VaeReport> {
  const { engine, architecture, parameters, scale, scores } = trained;
  const { threads: _threads, kernels: _kernels, engine: _engine, ...options } = used;
  const { epochs, loss, rl, kl, valLoss, mixture, latentUse, skippedUpdates, seconds } = trained;
  const report = { epochs, loss, rl, kl, mixture, latentUse, skippedUpdates, seconds };
  const total = scores.rl.map((value, i) => options.rlWeight * value + options.klWeight * scores.kl[i]);
  const training = { engine, options, segments: count, valLoss, ...report };
  return {
    part: { tensors: parameters, facts: vaeJson({ architecture, scale, training }) },
    scores: { rl: scores.rl, kl: scores.kl, total },
    report,
    warnings: modelWarnings(trained, options),
  };
}
