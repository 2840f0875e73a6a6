// Window functions for the short-time Fourier transform. All are periodic (the form for spectral analysis, as
// scipy.signal.get_window gives by default), not symmetric (the form for filter design).
import { UserError } from '../errors';

/** Coefficients a of the cosine sums w[n] = a₀ − a₁·cos(2πn/N) + a₂·cos(4πn/N) − … (Harris 1978, DOI 10.1109/PROC.1978.10837). */
const COSINE_SUMS = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  boxcar: [1],
} as const;

/** Names as in scipy and librosa; 'boxcar' is the rectangular window. */
export type WindowName = keyof typeof COSINE_SUMS;

export const WINDOW_NAMES = Object.keys(COSINE_SUMS) as WindowName[];

/**
 * The periodic window of `size` values.
 * @throws UserError `window` where the name is not one of WINDOW_NAMES
 */
export function windowOf(name: WindowName, size: number): Float64Array {
  if (!WINDOW_NAMES.includes(name)) {
    throw new UserError('config', `window is "${name}"; expected one of ${WINDOW_NAMES.join(', ')}.`);
  }
  const coefficients = COSINE_SUMS[name];
  return Float64Array.from({ length: size }, (_, n) =>
    coefficients.reduce((sum, a, order) => sum + (order % 2 ? -a : a) * Math.cos((2 * Math.PI * order * n) / size), 0),
  );
}
