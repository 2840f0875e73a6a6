// Which plots there are, and what gathers their data.
import { CountsGatherer } from './counts';
import type { Gatherer } from './gatherer';
import { heatmapGatherer, spectrogramGatherer, waveformGatherer } from './latest';
import { LossGatherer } from './loss';
import { confusionGatherer, predictionsGatherer, sweepGatherer } from './reports';
import { RocGatherer, type RocOptions } from './roc';
import { LatentGatherer, RlKlGatherer } from './scatter';
import { ScoresGatherer } from './scores';

const GATHERERS = {
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
} as const satisfies Record<string, (options: RocOptions) => Gatherer>;

export type PlotName = keyof typeof GATHERERS;
export const PLOTS = Object.keys(GATHERERS) as PlotName[];

export const gathererFor = (plot: PlotName, options: RocOptions): Gatherer => GATHERERS[plot](options);
