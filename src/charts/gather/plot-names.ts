// Which plots there are, for whoever offers them without drawing.

export const PLOTS = [
  'spectrogram',
  'heatmap',
  'waveform',
  'scores',
  'loss',
  'rl-kl',
  'latent',
  'confusion',
  'predictions',
  'roc',
  'sweep',
  'counts',
] as const;
export type PlotName = (typeof PLOTS)[number];
