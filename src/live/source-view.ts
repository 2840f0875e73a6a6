// A source of sound while it is watched: its level since it was last read, and its last seconds as frames of a
// spectrogram. Made when the watching starts, closed when it ends; a source that is not watched has none.
import { SoundMeter } from '../audio/sound-meter';
import { FrameStrip } from '../charts/frame-strip';
import { type FrameBlock, LiveFrames } from '../dsp/live-frames';
import type { SpectrogramInfo } from '../messages';
import { spectrogramOf, spectrogramTask } from '../tasks/spectrogram';

/** What is kept of the running spectrogram: at most 2048 frames of 128 bytes, 256 KiB. */
const STRIP_SECONDS = 30;
const STRIP_FRAMES = 2048;
/** Pieces of sound that may wait for the thread, each at most STRIP_SECONDS long; a display may leave some out. */
const MAX_WAITING = 16;

export interface Level {
  /** dB relative to full scale, root mean square and highest sample; null for silence. */
  rms: number | null;
  peak: number | null;
  /** Samples at full scale. */
  clipped: number;
}

/** Short in an event. */
const rounded = (decibels: number | null): number | null => decibels && Math.round(10 * decibels) / 10;

export class SourceView {
  readonly strip = new FrameStrip(STRIP_SECONDS, STRIP_FRAMES);
  /** Pieces of sound left out of the display because too many came at once. */
  dropped = 0;
  /** Frames that have been announced. */
  toldEnd = 0;
  private readonly lane = spectrogramTask.lane();
  private live: LiveFrames | undefined;
  private readonly waiting: FrameBlock[] = [];
  private working = false;
  private closed = false;
  private readonly meter = new SoundMeter();

  /** A piece of sound, in order. */
  sound(pcm: Float32Array, sampleRate: number): void {
    // Of a long piece only what is shown of it counts.
    this.meter.add(pcm.subarray(Math.max(0, pcm.length - Math.round(STRIP_SECONDS * sampleRate))));
    if (this.live?.sampleRate !== sampleRate) this.live = new LiveFrames(sampleRate, STRIP_SECONDS);
    const block = this.live.add(pcm);
    if (!block) return;
    this.waiting.push(block);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift();
      this.dropped++;
    }
    if (!this.working) void this.work();
  }

  /** A spectrogram that a spectrogram node has made. */
  spectrogram(values: Float32Array, info: SpectrogramInfo): void {
    this.strip.append(values, info);
  }

  /** The level since the last call; undefined where no sound came. */
  readLevel(): Level | undefined {
    const { level } = this.meter;
    this.meter.clear();
    return level && { rms: rounded(level.rms), peak: rounded(level.peak), clipped: level.clipped };
  }

  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    this.lane.close();
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let block = this.waiting.shift(); block && !this.closed; block = this.waiting.shift()) {
      try {
        const { settings, pcm, from, to } = block;
        const { values, info } = await spectrogramOf(this.lane, settings, pcm);
        if (!this.closed) this.strip.append(values, info, from, to);
      } catch {
        // A display may miss a piece; the flow's own spectrogram node reports what is wrong with the sound.
        this.dropped++;
      }
    }
    this.working = false;
  }
}
