// The Fourier transform of real frames behind an interface of two calls, so that the code around it does not know
// who computes: fft.js here, a WebAssembly kernel where one is worth it.
import FFT from 'fft.js';
import { UserError } from '../errors';

/** Discrete Fourier transform of one real frame; owns its buffers, allocates nothing per call. */
export interface RealFft {
  /** Samples per frame, N. */
  readonly size: number;
  /** N/2 + 1 */
  readonly bins: number;
  /** Writes X[0…N/2], re and im interleaved, to `spectrum` (2·bins values). */
  forward(frame: Float64Array, spectrum: Float64Array): void;
  /** Writes |X[k]|² to `power` (bins values) from `at` on. */
  power(frame: Float64Array, power: Float64Array, at?: number): void;
}

/** Smallest and largest frame. */
export const FFT_SIZES = { min: 16, max: 65536 } as const;

/** @throws UserError `fft-size` where `size` is not a power of two within FFT_SIZES */
export function checkFftSize(size: number): void {
  if (!Number.isInteger(size) || size < FFT_SIZES.min || size > FFT_SIZES.max || (size & (size - 1)) !== 0) {
    const near = 2 ** Math.round(Math.log2(Math.min(FFT_SIZES.max, Math.max(FFT_SIZES.min, size || 1024))));
    throw new UserError(
      'fft-size',
      `fftSize is ${size}; expected a power of two from ${FFT_SIZES.min} to ${FFT_SIZES.max}, e.g. ${near}.`,
    );
  }
}

/**
 * A transform for frames of `size` samples in double precision.
 * @throws UserError `fft-size`
 */
export function createRealFft(size: number): RealFft {
  checkFftSize(size);
  return new HalfSizeFft(size);
}

/**
 * N real samples read as N/2 complex ones, z[n] = x[2n] + i·x[2n+1], need a transform of half the size; even and odd
 * samples are then told apart by symmetry (Numerical Recipes, 3rd ed., section 12.3.2). With Z[N/2] = Z[0]:
 *   E[k] = (Z[k] + Z*[N/2−k]) / 2,  O[k] = (Z[k] − Z*[N/2−k]) / 2i,
 *   X[k] = E[k] + e^(−2πik/N)·O[k],  X[N/2−k] = (E[k] − e^(−2πik/N)·O[k])*
 */
class HalfSizeFft implements RealFft {
  readonly bins: number;
  private readonly fft: FFT;
  private readonly packed: Float64Array;
  private readonly spectrum: Float64Array;
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;

  constructor(readonly size: number) {
    const half = size / 2;
    this.bins = half + 1;
    this.fft = new FFT(half);
    this.packed = new Float64Array(size);
    this.spectrum = new Float64Array(2 * this.bins);
    const angles = Float64Array.from({ length: half / 2 + 1 }, (_, k) => (2 * Math.PI * k) / size);
    this.cos = angles.map(Math.cos);
    this.sin = angles.map(Math.sin);
  }

  forward(frame: Float64Array, spectrum: Float64Array): void {
    const { packed: z, cos, sin } = this;
    const half = this.size / 2;
    this.fft.transform(z, frame);
    spectrum[0] = z[0] + z[1];
    spectrum[1] = 0;
    spectrum[2 * half] = z[0] - z[1];
    spectrum[2 * half + 1] = 0;
    for (let k = 1, j = half - 1; k <= j; k++, j--) {
      const evenRe = (z[2 * k] + z[2 * j]) / 2;
      const evenIm = (z[2 * k + 1] - z[2 * j + 1]) / 2;
      const oddRe = (z[2 * k + 1] + z[2 * j + 1]) / 2;
      const oddIm = (z[2 * j] - z[2 * k]) / 2;
      const turnedRe = oddRe * cos[k] + oddIm * sin[k];
      const turnedIm = oddIm * cos[k] - oddRe * sin[k];
      spectrum[2 * k] = evenRe + turnedRe;
      spectrum[2 * k + 1] = evenIm + turnedIm;
      spectrum[2 * j] = evenRe - turnedRe;
      spectrum[2 * j + 1] = turnedIm - evenIm;
    }
  }

  power(frame: Float64Array, power: Float64Array, at = 0): void {
    const { spectrum, bins } = this;
    this.forward(frame, spectrum);
    for (let k = 0; k < bins; k++) {
      const re = spectrum[2 * k];
      const im = spectrum[2 * k + 1];
      power[at + k] = re * re + im * im;
    }
  }
}
