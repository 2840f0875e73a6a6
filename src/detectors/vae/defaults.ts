// The settings that detect best on the recordings of bench/detect.mjs, and each preset's own.
import { type NetworkOptions, PRESETS, type Preset } from '../../engine/architecture';
import type { TrainingOptions } from './train';

/** Fewer segments give neither a model nor a spread of scores. */
export const LEAST_EXAMPLES = 3;

export type TrainingDefaults = Omit<TrainingOptions, 'threads' | 'kernels'>;

const COMMON: TrainingDefaults = {
  epochs: 60,
  batchSize: 16,
  learningRate: 1e-3,
  weightDecay: 0,
  rlWeight: 100_000,
  klWeight: 1,
  validationSplit: 0,
  earlyStopping: 'none',
  seed: 1,
};

const BY_PRESET: Record<Preset, Partial<TrainingDefaults>> = {
  compact: {},
  custom: {},
  office: { epochs: 20, batchSize: 32, rlWeight: 1 },
  mirrored: { epochs: 50, batchSize: 16, rlWeight: 1e6 },
};

/** Training settings of a preset, for fields that are left empty. */
export function trainingDefaults(preset: Preset): TrainingDefaults {
  return { ...COMMON, ...BY_PRESET[preset] };
}

/** The network of a preset with nothing changed; 'custom' starts as 'compact'. */
export function networkDefaults(preset: Preset): NetworkOptions {
  return { ...PRESETS[preset === 'custom' ? 'compact' : preset], preset, variational: true };
}
