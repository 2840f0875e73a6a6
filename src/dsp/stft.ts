// The short-time Fourier transform: overlapping windowed frames and their spectra, numerically librosa's
// (librosa.stft, pad_mode 'constant'). Decibels and mel bands are made of it elsewhere.
import { UserError } from '../errors';
import { LANES, Workspace } from './kernels';
import { checkFftSize, RealFft } from './real-fft';
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

/** Samples brought into the kernels' memory at a time, and values made of them, about: half a second-level cache. */
const BLOCK_VALUES = 2 ** 17;
const BLOCK_FRAMES = { min: 16, max: 128 } as const;

/** Frames transformed at once, and the bytes of their float32. */
const PAIR = 2;
const PAIR_BYTES = 8;

/** Spectra of the frames of a signal within a workspace: a block of frames is loaded, then transformed. */
export class Stft {
  /** fftSize/2 + 1 */
  readonly bins: number;
  /** Frames that can be loaded at a time, a multiple of 4. */
  readonly blockFrames: number;
  private readonly fft: RealFft;
  private readonly samples: number;
  private readonly power: number;
  private readonly hopLength: number;
  /** Samples from one loaded frame to the next: where frames do not touch, what lies between is left out. */
  private readonly step: number;
  private readonly offset: number;
  private loadedFrames = 0;

  /** @throws UserError `fft-size`, `hop-length` or `window` */
  constructor(
    { fftSize, hopLength, window, center = true }: StftSettings,
    private readonly workspace: Workspace,
  ) {
    if (!Number.isInteger(hopLength) || hopLength < 1) {
      throw new UserError('config', `hopLength is ${hopLength}; expected a whole number of samples, at least 1.`);
    }
    checkFftSize(fftSize);
    this.fft = new RealFft(windowOf(window, fftSize), workspace);
    this.bins = this.fft.bins;
    this.hopLength = hopLength;
    this.step = Math.min(hopLength, fftSize);
    this.offset = center ? fftSize / 2 : 0;
    const fours = Math.floor(BLOCK_VALUES / Math.max(this.step, this.bins) / LANES);
    this.blockFrames = Math.min(BLOCK_FRAMES.max, Math.max(BLOCK_FRAMES.min, LANES * fours));
    this.samples = workspace.floatBuffer(this.loadedSamples(this.blockFrames));
    this.power = workspace.floatBuffer(this.bins * LANES);
  }

  /** Frames that a signal of so many samples has; 0 where it is shorter than a frame and not centred. */
  frameCount(samples: number): number {
    return Math.max(0, 1 + Math.floor((samples + 2 * this.offset - this.fft.size) / this.hopLength));
  }

  /**
   * Brings `count` ≤ blockFrames frames from `first` on into the workspace.
   * @param pcm finite samples
   */
  load(pcm: Float32Array, first: number, count: number): void {
    const { hopLength, step, offset, workspace } = this;
    const { size } = this.fft;
    workspace.enter();
    const block = workspace.floats(this.samples, this.loadedSamples(count));
    const start = first * hopLength - offset;
    if (step === hopLength) copyRange(pcm, start, block);
    else {
      for (let i = 0; i < count; i++) copyRange(pcm, start + i * hopLength, block.subarray(i * step, i * step + size));
    }
    this.loadedFrames = count;
  }

  /**
   * Spectra of two loaded frames, from `index` on; where only one is left, that one twice.
   * @returns address of [bins]: re of the two frames, im of the two frames, float64; good until the next call
   */
  spectra(index: number): number {
    return this.fft.spectra(this.frame(index), this.frame(index + 1));
  }

  /**
   * |spectrum|² of four loaded frames, from `index` on; where fewer are left, the last one again.
   * @returns address of [bins] of the four frames, float32; good until the next call
   */
  powers(index: number): number {
    const { fft, power } = this;
    fft.powers(this.frame(index), this.frame(index + 1), power);
    fft.powers(this.frame(index + 2), this.frame(index + 3), power + PAIR_BYTES);
    return power;
  }

  private frame(index: number): number {
    return this.samples + 4 * this.step * Math.min(index, this.loadedFrames - 1);
  }

  private loadedSamples(frames: number): number {
    return (frames - 1) * this.step + this.fft.size;
  }
}

/** Fills `into` with the samples from `start` on, zeros where there are none. */
function copyRange(pcm: Float32Array, start: number, into: Float32Array): void {
  const from = Math.min(into.length, Math.max(0, -start));
  const to = Math.max(from, Math.min(into.length, pcm.length - start));
  into.fill(0, 0, from);
  into.set(pcm.subarray(start + from, start + to), from);
  into.fill(0, to);
}

/**
 * The complex short-time Fourier transform of a signal.
 * @param pcm finite samples
 * @returns `values` row-major [bins][frames], re and im interleaved, and their `shape` [bins, frames]
 * @throws UserError `fft-size`, `hop-length`, `window`, or `too-short` where not even one frame fits
 */
export function stft(
  pcm: Float32Array,
  settings: StftSettings,
  workspace = new Workspace(),
): { values: Float64Array; shape: [number, number] } {
  const transform = new Stft(settings, workspace);
  const { bins, blockFrames } = transform;
  const frames = transform.frameCount(pcm.length);
  if (frames === 0) {
    throw new UserError(
      'too-short',
      `the signal has ${pcm.length} samples; expected at least fftSize, ${settings.fftSize}, or center: true.`,
    );
  }
  const values = new Float64Array(bins * frames * 2);
  for (let t = 0; t < frames; t += PAIR) {
    const index = t % blockFrames;
    if (index === 0) transform.load(pcm, t, Math.min(blockFrames, frames - t));
    const spectra = workspace.doubles(transform.spectra(index), bins * 2 * PAIR);
    for (let lane = 0; lane < Math.min(PAIR, frames - t); lane++) {
      for (let k = 0; k < bins; k++) {
        values[2 * (k * frames + t + lane)] = spectra[2 * PAIR * k + lane];
        values[2 * (k * frames + t + lane) + 1] = spectra[2 * PAIR * k + PAIR + lane];
      }
    }
  }
  return { values, shape: [bins, frames] };
}
