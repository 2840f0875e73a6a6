// What gathers the data of each plot.
import { CountsGatherer } from './counts';
import type { Gatherer } from './gatherer';
import { heatmapGatherer, spectrogramGatherer, waveformGatherer } from './latest';
import { LossGatherer } from './loss';
import type { PlotName } from './plot-names';
import { confusionGatherer, predictionsGatherer, sweepGatherer } from './reports';
import { RocGatherer, type RocOptions } from './roc';
import { LatentGatherer, RlKlGatherer } from './scatter';
import { ScoresGatherer } from './scores';

const GATHERERS: Record<PlotName, (options: RocOptions) => Gatherer> = {
  spectrogram: spectrogramGatherer,
  heatmap: heatmapGatherer,
  waveform: waveformGatherer,
  scores: () => new ScoresGatherer(),
  loss: () => new LossGatherer(),
  'rl-kl': () => new RlKlGatherer(),
  latent: () => new LatentGatherer(),
  confusion: confusionGatherer,
  predictions: predictionsGatherer,
  roc: options => new RocGatherer(options),
  sweep: sweepGatherer,
  counts: () => new CountsGatherer(),
};

export const gathererFor = (plot: PlotName, options: RocOptions): Gatherer => GATHERERS[plot](options);
