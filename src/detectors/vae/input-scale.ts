// From a spectrogram to what the network sees. Scaling each segment to its own minimum and maximum forgets how loud it
// was, and with it most anomalies; so dB spectrograms keep their dB, and the model learns from its training set which levels
// become 0 and 1, and how many frames are ever filled.
import type { FrontEnd, Normalize } from '../../messages';

export interface InputScale {
  /** dB (or whatever the spectrograms hold) that become 0 and 1 for the model. */
  low: number;
  high: number;
  /** Frames that the network sees; those behind are padding in every example of the training set. */
  frames: number;
}

/** Examples that can be read one by one, row-major [bins][frames]. */
export interface ExampleSource {
  readonly count: number;
  readonly exampleLength: number;
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

/** Whether spectrograms come scaled to 0…1. */
const isUnit = (normalize: Normalize): boolean => normalize === 'minmax' || normalize === 'range';

/** Spectrograms that come scaled to 0…1 are taken as they are; for those in dB the training set decides. */
export function learnScale(source: ExampleSource, { shape, normalize }: FrontEnd): InputScale {
  const [bins, frames] = shape;
  if (isUnit(normalize)) return { low: 0, high: 1, frames };
  const histogram = new Float64Array(Math.round((HISTOGRAM_HIGH - HISTOGRAM_LOW) / BIN_DB));
  const example = new Float32Array(source.exampleLength);
  let seen = 0;
  for (let i = 0; i < source.count; i++) {
    source.read(i, example);
    seen = Math.max(seen, filledFrames(example, bins, frames));
    for (const value of example) {
      if (value <= FLOOR_DB) continue;
      const bin = Math.floor((value - HISTOGRAM_LOW) / BIN_DB);
      histogram[Math.min(histogram.length - 1, Math.max(0, bin))]++;
    }
  }
  // Nothing but silence: any scale will do.
  if (seen === 0) return { low: FLOOR_DB, high: 0, frames };
  const low = quantile(histogram, LOW_QUANTILE);
  const high = Math.max(quantile(histogram, HIGH_QUANTILE) + BIN_DB, low + LEAST_RANGE_DB);
  return { low, high, frames: seen };
}

/** Frames up to the last that is not at the floor in all bins. */
function filledFrames(example: Float32Array, bins: number, frames: number): number {
  for (let count = frames; count > 0; count--) {
    for (let bin = 0; bin < bins; bin++) if (example[bin * frames + count - 1] > FLOOR_DB) return count;
  }
  return 0;
}

function quantile(histogram: Float64Array, q: number): number {
  const total = histogram.reduce((sum, n) => sum + n, 0);
  let seen = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    seen += histogram[bin];
    if (seen > q * total) return HISTOGRAM_LOW + bin * BIN_DB;
  }
  return HISTOGRAM_HIGH;
}

/**
 * Writes a spectrogram as the network sees it: its first frames, on the model's scale. Below 0 nothing is kept, what is
 * quieter than anything in the training set is silence; above 1 everything is, louder than ever heard must count.
 * @param spectrogram row-major [bins][frames]
 * @param into written from `offset` on, row-major [bins][scale.frames]
 */
export function scaleInput(
  spectrogram: Float32Array,
  [bins, frames]: readonly [number, number],
  { low, high, frames: seen }: InputScale,
  into: Float32Array,
  offset = 0,
): void {
  const factor = 1 / (high - low);
  for (let bin = 0; bin < bins; bin++) {
    const from = bin * frames;
    const to = offset + bin * seen;
    for (let frame = 0; frame < seen; frame++) {
      into[to + frame] = Math.max(0, (spectrogram[from + frame] - low) * factor);
    }
  }
}

/**
 * Writes a spectrogram that the network drew on the scale of those that it was trained on: the way back of `scaleInput`.
 * Frames that the network does not see are padding.
 * @param drawn read from `offset` on, row-major [bins][scale.frames]
 * @returns row-major [bins][frames]
 */
export function unscaleOutput(
  drawn: Float32Array,
  offset: number,
  { shape: [bins, frames], normalize }: FrontEnd,
  { low, high, frames: seen }: InputScale,
): Float32Array<ArrayBuffer> {
  const padding = isUnit(normalize) ? 0 : FLOOR_DB;
  const spectrogram = new Float32Array(bins * frames).fill(padding);
  for (let bin = 0; bin < bins; bin++) {
    for (let frame = 0; frame < seen; frame++) {
      spectrogram[bin * frames + frame] = low + drawn[offset + bin * seen + frame] * (high - low);
    }
  }
  return spectrogram;
}
