// True peak: the highest magnitude of the sound between its samples too, by four-fold oversampling (ITU-R BS.1770-4,
// annex 2) with a Kaiser-windowed sinc of our own.
import { kaiser, sinc } from '../audio/kaiser';

const OVERSAMPLING = 4;
/** Samples on each side that an interpolated value takes in. */
const HALF = 16;
/** Shape of the Kaiser window: flat within 0.01 dB up to 0.43 of the sample rate, images 80 dB down. */
const BETA = 8;

/** For each place between two samples (1/4, 2/4, 3/4) its coefficients. */
const PHASES = Array.from({ length: OVERSAMPLING - 1 }, (_, phase) => coefficients((phase + 1) / OVERSAMPLING));

/**
 * The largest |x| at four times the sample rate. Only values whose whole surroundings are known are interpolated: where
 * a block was cut out of a longer sound, its edges are no steps from silence.
 */
export function truePeak(pcm: Float32Array): number {
  let peak = 0;
  for (const sample of pcm) peak = Math.max(peak, Math.abs(sample));
  for (const row of PHASES) {
    for (let start = 0; start + row.length <= pcm.length; start++) {
      let sum = 0;
      for (let i = 0; i < row.length; i++) sum += row[i] * pcm[start + i];
      if (sum > peak) peak = sum;
      else if (-sum > peak) peak = -sum;
    }
  }
  return peak;
}

/** Weights of the 2·HALF samples around a value that lies `fraction` after sample HALF − 1. */
function coefficients(fraction: number): Float64Array {
  const row = Float64Array.from({ length: 2 * HALF }, (_, i) => {
    const time = fraction + HALF - 1 - i;
    return sinc(time) * kaiser(time / HALF, BETA);
  });
  const sum = row.reduce((total, value) => total + value, 0);
  return row.map(value => value / sum);
}
