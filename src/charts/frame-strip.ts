// The last frames of a running spectrogram as bytes, in a ring: what a live display needs, a quarter of the size and
// bounded. Frames are numbered through, so that a display gets just what is new.
import type { SpectrogramInfo } from '../messages';
import { type FrequencyAxis, frequencyAxis } from './axis';

/** Spectrograms of more are brought down to this many bins. */
const MAX_BINS = 128;
/** dB that 0 and 255 stand for: from the floor of both scales to above the loudest that a frame of 65536 gives. */
const DECIBELS = [-100, 90] as const;
const UNIT = [0, 1] as const;

/** What the bytes of a strip mean. */
export interface StripFormat {
  /** Counts changes of format; frames of two formats do not belong together. */
  epoch: number;
  /** Bytes of a frame. */
  bins: number;
  secondsPerFrame: number;
  axis: FrequencyAxis;
  /** Values that byte 0 and byte 255 stand for. */
  low: number;
  high: number;
  unit: 'dB' | '';
}

export class FrameStrip {
  /** Number of the next frame. */
  end = 0;
  format: StripFormat | undefined;
  private key = '';
  private ring = new Uint8Array(0);
  /** Number of the first frame in the present format. */
  private first = 0;

  /** @param seconds how much is kept, within `maxFrames` */
  constructor(
    private readonly seconds: number,
    private readonly maxFrames: number,
  ) {}

  /** Frames that the ring holds at most. */
  get capacity(): number {
    const { format } = this;
    if (!format) return 0;
    return Math.min(this.maxFrames, Math.max(1, Math.ceil(this.seconds / format.secondsPerFrame)));
  }

  /** Takes the frames from `from` to `to` − 1, of a spectrogram row-major [bins][frames], lowest frequency first. */
  append(values: Float32Array, info: SpectrogramInfo, from = 0, to = info.shape[1]): void {
    const format = this.formatOf(info);
    const [bins, frames] = info.shape;
    const { bins: shown, low, high } = format;
    const { capacity } = this;
    const scale = 255 / (high - low);
    const first = Math.max(from, to - capacity);
    this.end += first - from;
    for (let frame = first; frame < to; frame++) {
      const at = (this.end % capacity) * shown;
      for (let place = 0; place < shown; place++) {
        // The loudest of the bins that share a place: a thin line must not vanish.
        const start = Math.floor((place * bins) / shown);
        const last = Math.max(Math.floor(((place + 1) * bins) / shown), start + 1);
        let value = Number.NEGATIVE_INFINITY;
        for (let bin = start; bin < last; bin++) {
          const candidate = values[bin * frames + frame];
          if (candidate > value) value = candidate;
        }
        this.ring[at + place] = Math.max(0, Math.min(255, Math.round((value - low) * scale)));
      }
      this.end++;
    }
  }

  /** The frames from number `index` on, as far as they are there, one after the other from the lowest bin up. */
  since(index: number): { from: number; frames: Buffer } {
    const { capacity, end } = this;
    const bins = this.format?.bins ?? 0;
    const from = Math.min(end, Math.max(index, end - capacity, this.first));
    const frames = Buffer.alloc((end - from) * bins);
    for (let frame = from; frame < end; frame++) {
      const at = (frame % capacity) * bins;
      frames.set(this.ring.subarray(at, at + bins), (frame - from) * bins);
    }
    return { from, frames };
  }

  private formatOf(info: SpectrogramInfo): StripFormat {
    const { shape, sampleRate, hopLength, fftSize, scale, fMin, fMax, normalize } = info;
    const key = [shape[0], sampleRate, hopLength, fftSize, scale, fMin, fMax, normalize].join(' ');
    if (this.format && key === this.key) return this.format;
    this.key = key;
    const inDecibels = normalize === 'model' || normalize === 'none';
    const [low, high] = inDecibels ? DECIBELS : UNIT;
    this.format = {
      ...{ epoch: (this.format?.epoch ?? 0) + 1, bins: Math.min(MAX_BINS, shape[0]), low, high },
      ...{ secondsPerFrame: hopLength / sampleRate, axis: frequencyAxis(info), unit: inDecibels ? 'dB' : '' },
    };
    this.ring = new Uint8Array(this.capacity * this.format.bins);
    this.first = this.end;
    return this.format;
  }
}
