// One scale for all pictures of a model. Scaling each segment to its own minimum and maximum forgets how loud it was,
// and with it most anomalies; so dB pictures keep their dB, and the model learns from its training set which levels
// become 0 and 1.
import type { Normalize } from '../messages';

/** dB (or whatever the pictures hold) that become 0 and 1 for the model. */
export interface Levels {
  low: number;
  high: number;
}

/** Pictures that can be read one by one. */
export interface PictureSource {
  readonly count: number;
  readonly pictureLength: number;
  read(index: number, into: Float32Array, offset?: number): void;
}

/** Silence and padding: the floor of the dB scale. It says nothing about levels. */
const FLOOR_DB = -100;
const HISTOGRAM_LOW = -100;
const HISTOGRAM_HIGH = 120;
const BIN_DB = 0.05;
/** Outliers at either end do not stretch the scale. */
const LOW_QUANTILE = 0.001;
const HIGH_QUANTILE = 0.999;
/** A nearly constant training set gets at least this range, dB. */
const LEAST_RANGE_DB = 10;

/** Pictures that come scaled to 0…1 keep their scale; dB pictures get levels from the training set. */
export function learnLevels(source: PictureSource, normalize: Normalize): Levels {
  if (normalize === 'minmax' || normalize === 'range') return { low: 0, high: 1 };
  const bins = Math.round((HISTOGRAM_HIGH - HISTOGRAM_LOW) / BIN_DB);
  const histogram = new Float64Array(bins);
  const picture = new Float32Array(source.pictureLength);
  let total = 0;
  for (let i = 0; i < source.count; i++) {
    source.read(i, picture);
    for (const value of picture) {
      if (value <= FLOOR_DB) continue;
      histogram[Math.min(bins - 1, Math.max(0, Math.floor((value - HISTOGRAM_LOW) / BIN_DB)))]++;
      total++;
    }
  }
  if (total === 0) return { low: FLOOR_DB, high: 0 };
  const quantile = (q: number): number => {
    let seen = 0;
    for (let bin = 0; bin < bins; bin++) {
      seen += histogram[bin];
      if (seen > q * total) return HISTOGRAM_LOW + bin * BIN_DB;
    }
    return HISTOGRAM_HIGH;
  };
  const low = quantile(LOW_QUANTILE);
  return { low, high: Math.max(quantile(HIGH_QUANTILE) + BIN_DB, low + LEAST_RANGE_DB) };
}

/**
 * Brings values to the model's scale, in place. Below 0 nothing is kept: what is quieter than anything in the training
 * set is silence. Above 1 everything is: louder than ever heard must count.
 */
export function applyLevels(values: Float32Array, { low, high }: Levels): void {
  if (low === 0 && high === 1) return;
  const scale = 1 / (high - low);
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] - low) * scale;
    values[i] = value < 0 ? 0 : value;
  }
}
