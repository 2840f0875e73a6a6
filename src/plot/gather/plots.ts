// Which plots there are, and what gathers their data.
import { CountsGatherer } from './counts';
import type { Gatherer } from './gatherer';
import { heatmapGatherer, spectrogramGatherer, waveformGatherer } from './latest';
import { LossGatherer } from './loss';
import { ScoresGatherer } from './scores';

const GATHERERS = {
  spectrogram: spectrogramGatherer,
  heatmap: heatmapGatherer,
  waveform: waveformGatherer,
  scores: () => new ScoresGatherer(),
  loss: () => new LossGatherer(),
  counts: () => new CountsGatherer(),
} as const satisfies Record<string, () => Gatherer>;

export type PlotName = keyof typeof GATHERERS;
export const PLOTS = Object.keys(GATHERERS) as PlotName[];

export const gathererFor = (plot: PlotName): Gatherer => GATHERERS[plot]();
