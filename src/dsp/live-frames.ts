// Cuts a stream of sound, however it arrives, into blocks whose spectrogram's frames follow each other without a seam.
// Computing them is the caller's business.
import type { SpectrogramSettings } from './spectrogram-settings';

/** Length of a frame: short enough to see a clap, long enough to tell a hum's pitch. */
const FRAME_SECONDS = 0.046;
const MEL_BANDS = 96;
const [SMALLEST_FFT, LARGEST_FFT] = [256, 8192];

/** A stretch of sound and which frames of its (centred) spectrogram are good: `from` … `to` − 1. */
export interface FrameBlock {
  pcm: Float32Array;
  settings: SpectrogramSettings;
  from: number;
  to: number;
}

/** What is shown of a sound that no spectrogram node has looked at yet: 96 mel bands, about 43 frames a second. */
export function liveSettings(sampleRate: number): SpectrogramSettings {
  const power = 2 ** Math.round(Math.log2(FRAME_SECONDS * sampleRate));
  const fftSize = Math.min(LARGEST_FFT, Math.max(SMALLEST_FFT, power));
  return {
    ...{ sampleRate, fftSize, hopLength: fftSize / 2, window: 'hann', scale: 'mel', melBands: MEL_BANDS },
    ...{ fMin: 0, fMax: 0, frames: 0, normalize: 'none', rangeDb: 0 },
  };
}

export class LiveFrames {
  private settings: SpectrogramSettings;
  private pending = new Float32Array(0);

  /** @param sampleRate Hz @param maxSeconds of one stretch; what is older is not looked at */
  constructor(
    readonly sampleRate: number,
    private readonly maxSeconds: number,
  ) {
    this.settings = liveSettings(sampleRate);
  }

  /** Takes the next samples (copied); undefined where they do not make a frame yet. */
  add(pcm: Float32Array): FrameBlock | undefined {
    const longest = Math.round(this.maxSeconds * this.sampleRate);
    const isCut = pcm.length > longest;
    const newest = isCut ? pcm.subarray(pcm.length - longest) : pcm;
    const kept = isCut ? 0 : this.pending.length;
    const block = new Float32Array(kept + newest.length);
    if (kept > 0) block.set(this.pending);
    block.set(newest, kept);
    this.pending = block;
    // Frame k is centred on k hops; with hops of half a frame, the first and those that reach beyond the end are not whole.
    const { hopLength } = this.settings;
    const frames = Math.floor(block.length / hopLength) - 1;
    if (frames < 1) return undefined;
    this.pending = block.slice(frames * hopLength);
    return { pcm: block, settings: this.settings, from: 1, to: frames + 1 };
  }
}
