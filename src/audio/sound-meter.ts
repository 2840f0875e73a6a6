// How loud sound is: for displays, and to judge a microphone by.

/** A sample this close to full scale is taken for cut off: 16-bit recorders end at 32767/32768. */
const CLIPPED = 32_767 / 32_768;

export interface SoundLevel {
  /**
   * Root mean square in dB relative to full scale (a square wave of amplitude 1 has 0 dB, a sine −3 dB); null where
   * all samples were 0.
   */
  rms: number | null;
  /** Of the highest sample, likewise. */
  peak: number | null;
  /** Samples at full scale. */
  clipped: number;
  /** Mean of the samples, near 0 in sound; an input with nothing behind it may stand elsewhere. */
  offset: number;
  /** How many samples this is about. */
  samples: number;
}

const decibels = (power: number): number | null => (power > 0 ? 10 * Math.log10(power) : null);

export class SoundMeter {
  private sum = 0;
  private squares = 0;
  private peak = 0;
  private clipped = 0;
  private samples = 0;

  add(pcm: Float32Array): void {
    for (let i = 0; i < pcm.length; i++) {
      const size = Math.abs(pcm[i]);
      this.sum += pcm[i];
      this.squares += size * size;
      if (size > this.peak) this.peak = size;
      if (size >= CLIPPED) this.clipped++;
    }
    this.samples += pcm.length;
  }

  /** Of all that was added since the meter was last cleared; undefined where nothing was. */
  get level(): SoundLevel | undefined {
    const { sum, squares, peak, clipped, samples } = this;
    if (samples === 0) return undefined;
    return { rms: decibels(squares / samples), peak: decibels(peak * peak), clipped, offset: sum / samples, samples };
  }

  clear(): void {
    this.sum = this.squares = this.peak = this.clipped = this.samples = 0;
  }
}
