// A source of sound while somebody looks at it: its level since the last look, and its last seconds as columns of a
// spectrogram. Made when the looking starts, closed when it ends; a source nobody looks at has none.
import { type ColumnBlock, LiveColumns } from '../../../src/dsp/live-columns';
import { SpectrogramThread } from '../../../src/dsp/spectrogram-thread';
import type { SpectrogramInfo } from '../../../src/messages';
import { ColumnStrip } from '../../../src/plot/column-strip';

/** What is kept of the running spectrogram: at most 2048 columns of 128 bytes, 256 KiB. */
const STRIP_SECONDS = 30;
const STRIP_COLUMNS = 2048;
/** Stretches of sound that may wait for the thread, each at most STRIP_SECONDS long; a display may leave some out. */
const MAX_WAITING = 16;
/** A sample this close to full scale is taken for cut off: 16-bit recorders end at 32767/32768. */
const CLIPPED = 32_767 / 32_768;

export interface Level {
  /** dB relative to full scale, root mean square and highest sample; null for silence. */
  rms: number | null;
  peak: number | null;
  /** Samples at full scale. */
  clipped: number;
}

const decibels = (power: number): number | null => (power > 0 ? Math.round(100 * Math.log10(power)) / 10 : null);

export class SourceView {
  readonly strip = new ColumnStrip(STRIP_SECONDS, STRIP_COLUMNS);
  /** Stretches of sound left out of the display because too many came at once. */
  dropped = 0;
  /** Columns that have been announced. */
  toldEnd = 0;
  private readonly thread = new SpectrogramThread();
  private live: LiveColumns | undefined;
  private readonly waiting: ColumnBlock[] = [];
  private working = false;
  private closed = false;
  private squares = 0;
  private samples = 0;
  private peak = 0;
  private clipped = 0;

  /** A stretch of sound, in order. */
  sound(pcm: Float32Array, sampleRate: number): void {
    this.measure(pcm, sampleRate);
    if (this.live?.sampleRate !== sampleRate) this.live = new LiveColumns(sampleRate, STRIP_SECONDS);
    const block = this.live.add(pcm);
    if (!block) return;
    this.waiting.push(block);
    if (this.waiting.length > MAX_WAITING) {
      this.waiting.shift();
      this.dropped++;
    }
    if (!this.working) void this.work();
  }

  /** A picture that a spectrogram node has made. */
  picture(values: Float32Array, info: SpectrogramInfo): void {
    this.strip.append(values, info);
  }

  /** The level since the last call; undefined where no sound came. */
  readLevel(): Level | undefined {
    const { squares, samples, peak, clipped } = this;
    if (samples === 0) return undefined;
    this.squares = this.samples = this.peak = this.clipped = 0;
    return { rms: decibels(squares / samples), peak: decibels(peak * peak), clipped };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.waiting.length = 0;
    await this.thread.close();
  }

  /** Of a long stretch only what is shown of it counts. */
  private measure(pcm: Float32Array, sampleRate: number): void {
    const from = Math.max(0, pcm.length - Math.round(STRIP_SECONDS * sampleRate));
    for (let i = from; i < pcm.length; i++) {
      const size = Math.abs(pcm[i]);
      this.squares += size * size;
      if (size > this.peak) this.peak = size;
      if (size >= CLIPPED) this.clipped++;
    }
    this.samples += pcm.length - from;
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let block = this.waiting.shift(); block && !this.closed; block = this.waiting.shift()) {
      try {
        const { values, info } = await this.thread.compute(block.settings, block.pcm);
        if (!this.closed) this.strip.append(values, info, block.from, block.to);
      } catch {
        // A display may miss a stretch; the flow's own spectrogram node reports what is wrong with the sound.
        this.dropped++;
      }
    }
    this.working = false;
  }
}
