// The twelve loudness features by name, for whoever names them without computing them.

/** In the source's order; names with a 2 are squares. */
export const FEATURE_NAMES = [
  'truePeak',
  'truePeak2',
  'truePeakDb',
  'rms2',
  'rms',
  'rmsDb',
  'lufs',
  'lufs2',
  'lufsDb',
  'crest',
  'crestDb',
  'lowHighRatio',
] as const;
export type FeatureName = (typeof FEATURE_NAMES)[number];
