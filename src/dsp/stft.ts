// The short-time Fourier transform: overlapping windowed frames and their spectra, numerically librosa's
// (librosa.stft, pad_mode 'constant'). Decibels and mel bands are made of it elsewhere.
import { UserError } from '../errors';
import { createRealFft, type RealFft } from './real-fft';
import { type WindowName, windowOf } from './window';

export interface StftSettings {
  /** Samples per frame: a power of two. */
  fftSize: number;
  /** Samples from one frame to the next; may be larger than the frame. */
  hopLength: number;
  window: WindowName;
  /** true [default]: frame t is centred on sample t·hopLength, with zeros beyond both ends; false: it starts there. */
  center?: boolean;
}

/** Spectra of the frames of a signal, one at a time, into the caller's buffers; allocates nothing per frame. */
export class Stft {
  /** fftSize/2 + 1 */
  readonly bins: number;
  private readonly fft: RealFft;
  private readonly window: Float64Array;
  private readonly frame: Float64Array;
  private readonly hopLength: number;
  private readonly offset: number;

  /** @throws UserError `fft-size`, `hop-length` or `window` */
  constructor({ fftSize, hopLength, window, center = true }: StftSettings) {
    if (!Number.isInteger(hopLength) || hopLength < 1) {
      throw new UserError('hop-length', `hopLength is ${hopLength}; expected a whole number of samples, at least 1.`);
    }
    this.fft = createRealFft(fftSize);
    this.bins = this.fft.bins;
    this.window = windowOf(window, fftSize);
    this.frame = new Float64Array(fftSize);
    this.hopLength = hopLength;
    this.offset = center ? fftSize / 2 : 0;
  }

  /** Frames that a signal of so many samples has; 0 where it is shorter than a frame and not centred. */
  frameCount(samples: number): number {
    return Math.max(0, 1 + Math.floor((samples + 2 * this.offset - this.fft.size) / this.hopLength));
  }

  /** Spectrum of frame `t`: re and im interleaved, 2·bins values. */
  spectrum(pcm: Float32Array, t: number, out: Float64Array): void {
    this.fft.forward(this.windowed(pcm, t), out);
  }

  /** |spectrum|² of frame `t`: bins values into `out` from `at` on. */
  power(pcm: Float32Array, t: number, out: Float64Array, at = 0): void {
    this.fft.power(this.windowed(pcm, t), out, at);
  }

  private windowed(pcm: Float32Array, t: number): Float64Array {
    const { frame, window } = this;
    const size = window.length;
    const start = t * this.hopLength - this.offset;
    const from = Math.min(size, Math.max(0, -start));
    const to = Math.max(from, Math.min(size, pcm.length - start));
    frame.fill(0, 0, from);
    for (let i = from; i < to; i++) frame[i] = pcm[start + i] * window[i];
    frame.fill(0, to);
    return frame;
  }
}

/**
 * The complex short-time Fourier transform of a signal.
 * @param pcm samples
 * @returns `values` row-major [bins][frames], re and im interleaved, and their `shape` [bins, frames]
 * @throws UserError `fft-size`, `hop-length`, `window`, or `too-short` where not even one frame fits
 */
export function stft(pcm: Float32Array, settings: StftSettings): { values: Float64Array; shape: [number, number] } {
  const transform = new Stft(settings);
  const { bins } = transform;
  const frames = transform.frameCount(pcm.length);
  if (frames === 0) {
    throw new UserError(
      'too-short',
      `the signal has ${pcm.length} samples; expected at least fftSize, ${settings.fftSize}, or center: true.`,
    );
  }
  const values = new Float64Array(bins * frames * 2);
  const spectrum = new Float64Array(bins * 2);
  for (let t = 0; t < frames; t++) {
    transform.spectrum(pcm, t, spectrum);
    for (let k = 0; k < bins; k++) {
      values[2 * (k * frames + t)] = spectrum[2 * k];
      values[2 * (k * frames + t) + 1] = spectrum[2 * k + 1];
    }
  }
  return { values, shape: [bins, frames] };
}
