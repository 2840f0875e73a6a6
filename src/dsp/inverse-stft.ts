// The way back from spectra to sound: inverse Fourier transform of each frame, windowed again and added up where frames
// overlap, divided by what the windows add up to (D. Griffin & J. Lim, 1984, equation 6; librosa.istft).
import { UserError } from '../errors';
import type { Workspace } from './kernels';
import { RealFft } from './real-fft';
import { type WindowName, windowOf } from './window';

export interface InverseStftSettings {
  /** Samples per frame: a power of two. */
  fftSize: number;
  /** Samples from one frame to the next, less than fftSize. */
  hopLength: number;
  window: WindowName;
  /** Frames of the signal. */
  frames: number;
}

/** Values of a bin of two frames: re of both, im of both, as `RealFft.spectra` gives them. */
const PAIR_VALUES = 4;

/**
 * At the ends, where one window alone fades out, its sum is taken for at least this part of the largest: there the
 * signal fades out with it instead of being blown up.
 */
const LEAST_WINDOW = 0.05;

/** Adds up frames to a signal; frame t is centred on sample t·hopLength. */
export class InverseStft {
  private readonly fft: RealFft;
  private readonly frame: number;
  private readonly window: Float64Array;
  /** 1 / (fftSize · sum of the squared windows), for each sample. */
  private readonly gain: Float64Array;
  /** Sum of the windowed frames, from half a frame before the first sample on. */
  private readonly sum: Float64Array;

  /** @throws UserError `hop-length` where frames do not overlap: what lies between them is not in the spectra */
  constructor(
    private readonly settings: InverseStftSettings,
    private readonly workspace: Workspace,
  ) {
    const { fftSize, hopLength, window, frames } = settings;
    if (hopLength >= fftSize && frames > 1) {
      throw new UserError(
        'config',
        `columns lie ${hopLength} samples apart and each looks at ${fftSize}: what is between them is lost; expected a hop length of at most ${fftSize / 2}, half the FFT size.`,
      );
    }
    this.fft = new RealFft(new Float64Array(fftSize).fill(1), workspace);
    this.frame = workspace.floatBuffer(2 * fftSize);
    this.window = windowOf(window, fftSize);
    this.sum = new Float64Array((frames - 1) * hopLength + fftSize);
    this.gain = gainOf(this.window, hopLength, this.sum.length);
  }

  /** Samples from the centre of the first frame to the end of the last one. */
  get length(): number {
    return this.sum.length - this.settings.fftSize / 2;
  }

  /** Begins a new signal. */
  clear(): void {
    this.sum.fill(0);
  }

  /**
   * Adds two frames, or one where the second would be beyond the last.
   * By Hartley's transform, which is its own inverse (R. Bracewell, 1983): with F the forward transform of real values,
   *   H[k] = Re X[k] − Im X[k],  x[n] = (Re F(H)[n] − Im F(H)[n]) / N,  and F(H)[N−n] is F(H)[n]'s conjugate.
   * @param first number of the first of the two frames
   * @param spectra [bins] of the two frames: re, re, im, im; what an odd spectrum cannot have (an imaginary part at the
   *   first and last bin) is left out
   */
  add(first: number, spectra: Float64Array): void {
    const { fft, workspace, frame, settings, window, sum } = this;
    const { fftSize, hopLength, frames } = settings;
    const half = fftSize / 2;
    workspace.enter();
    const hartley = workspace.floats(frame, 2 * fftSize);
    for (let lane = 0; lane < 2; lane++) {
      const at = lane * fftSize;
      hartley[at] = spectra[lane];
      hartley[at + half] = spectra[half * PAIR_VALUES + lane];
      for (let k = 1; k < half; k++) {
        const re = spectra[k * PAIR_VALUES + lane];
        const im = spectra[k * PAIR_VALUES + 2 + lane];
        hartley[at + k] = re - im;
        hartley[at + fftSize - k] = re + im;
      }
    }
    const back = workspace.doubles(fft.spectra(frame, frame + 4 * fftSize), fft.bins * PAIR_VALUES);
    for (let lane = 0; lane < 2 && first + lane < frames; lane++) {
      const start = (first + lane) * hopLength;
      sum[start] += back[lane] * window[0];
      sum[start + half] += back[half * PAIR_VALUES + lane] * window[half];
      for (let n = 1; n < half; n++) {
        const re = back[n * PAIR_VALUES + lane];
        const im = back[n * PAIR_VALUES + 2 + lane];
        sum[start + n] += (re - im) * window[n];
        sum[start + fftSize - n] += (re + im) * window[fftSize - n];
      }
    }
  }

  /** Writes the signal, from the centre of the first frame on; zeros behind its end. */
  finish(into: Float32Array): void {
    const { sum, gain, settings } = this;
    const start = settings.fftSize / 2;
    const end = Math.min(into.length, sum.length - start);
    for (let n = 0; n < end; n++) into[n] = sum[start + n] * gain[start + n];
    into.fill(0, end);
  }
}

function gainOf(window: Float64Array, hopLength: number, length: number): Float64Array {
  const size = window.length;
  const squares = new Float64Array(length);
  for (let start = 0; start + size <= length; start += hopLength) {
    for (let n = 0; n < size; n++) squares[start + n] += window[n] ** 2;
  }
  const largest = squares.reduce((a, b) => Math.max(a, b));
  return squares.map(square => 1 / (size * Math.max(square, LEAST_WINDOW * largest)));
}
