// A spectrogram with its axes, running or of one sound, as bytes that Node-RED sends.
import type { StripFormat } from '../../src/charts/frame-strip';
import { niceValues, type Tick } from '../../src/charts/ticks';
import { minus } from '../../src/formats';
import type { SoundFrames } from '../../src/live/sound-frames';
import { bytesOf } from './base64';
import { viridis } from './colours';
import { contextOf, Plot } from './plot';
import { t } from './texts';

const SECONDS = 12;
const HEIGHT = 174;
const MARGIN = { left: 34, right: 1, top: 14, bottom: 22 };
/** Pixels for a mark on the axis of time. */
const MARK_WIDTH = 60;
/** Frames come four times a second: what is shown runs a little behind, so that it moves without stopping. */
const LAG_SECONDS = 0.6;
/** Parts of the values shown that lie below the darkest and below the brightest colour. */
const DARKEST = 0.1;
const BRIGHTEST = 0.998;
/** Quieter differences than this many dB are not blown up to the whole range of colours. */
const LEAST_RANGE_DB = 30;
const DESCRIBE_EVERY_MS = 5000;
/** Twenty drawings a second move smoothly enough, for a third of the work. */
const DRAW_EVERY_MS = 50;

/** The last frames, each from the lowest bin up, in a ring; and the image that they are painted into. */
interface Strip {
  format: StripFormat;
  /** Frames that the ring holds. */
  capacity: number;
  ring: Uint8Array;
  /** Number of the first frame there is. */
  first: number;
  /** What the darkest and the brightest colour stand for. */
  range?: [number, number];
  isUncoloured: boolean;
}

export class SpectrogramView {
  readonly plot: Plot;
  readonly element: HTMLCanvasElement;
  /** What makes the sound, for those who do not see it. */
  name = '';
  /** Number of the next frame. */
  end = 0;
  private readonly seconds: number;
  private readonly runs: boolean;
  private readonly image = document.createElement('canvas');
  private readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  private strip: Strip | undefined;
  /** Number of the frame at the right edge, with what is between two. */
  private shown = 0;
  private message = '';
  private describedAt = 0;
  private drawnAt: number | undefined;

  /** @param options how much is shown, and whether more follows */
  constructor({ seconds = SECONDS, runs = true, height = HEIGHT } = {}) {
    this.seconds = seconds;
    this.runs = runs;
    this.plot = new Plot({ height, margin: MARGIN }, plot => this.draw(plot));
    this.element = this.plot.canvas;
  }

  /** Of the frames there are; undefined where there are none. */
  get epoch(): number | undefined {
    return this.strip?.format.epoch;
  }

  clear(): void {
    this.strip = undefined;
    this.end = 0;
    this.shown = 0;
    this.describedAt = 0;
    this.plot.redraw();
  }

  /** What stands there while there is no sound. */
  setMessage(text: string): void {
    if (text === this.message) return;
    this.message = text;
    this.plot.redraw();
  }

  add({ format, from, end, frames }: SoundFrames): void {
    if (!format) return;
    let { strip } = this;
    if (!strip || format.epoch !== this.epoch || end < this.end) strip = this.start(format, from);
    const { capacity, ring } = strip;
    const bytes = bytesOf(frames);
    const { bins } = format;
    for (let frame = Math.max(from, end - capacity); frame < end; frame++) {
      const at = (frame - from) * bins;
      ring.set(bytes.subarray(at, at + bins), (frame % capacity) * bins);
    }
    this.end = end;
    strip.first = Math.max(strip.first, end - capacity);
    // Far behind, e.g. after a pause or where files play faster than time: jump.
    if (this.end - this.shown > capacity / 2) this.shown = this.end;
    strip.isUncoloured = true;
    this.plot.redraw();
  }

  private start(format: StripFormat, from: number): Strip {
    const capacity = Math.max(8, Math.ceil((this.seconds + 2) / format.secondsPerFrame));
    const ring = new Uint8Array(capacity * format.bins);
    this.strip = { format, capacity, ring, first: from, isUncoloured: true };
    this.shown = from;
    this.end = from;
    this.image.width = capacity;
    this.image.height = format.bins;
    return this.strip;
  }

  /** Paints the ring into an image of one pixel per value, from the darkest to the brightest that occur. */
  private colour(strip: Strip): void {
    const { capacity, ring, first } = strip;
    const { bins } = strip.format;
    strip.isUncoloured = false;
    strip.range = this.rangeOf(strip);
    const [from, to] = strip.range;
    const painted = new ImageData(capacity, bins);
    const pixels = new Uint32Array(painted.data.buffer);
    const factor = 255 / Math.max(1, to - from);
    for (let frame = first; frame < this.end; frame++) {
      const slot = frame % capacity;
      for (let bin = 0; bin < bins; bin++) {
        const step = Math.max(0, Math.min(255, Math.round((ring[slot * bins + bin] - from) * factor)));
        pixels[(bins - 1 - bin) * capacity + slot] = viridis[step];
      }
    }
    contextOf(this.image).putImageData(painted, 0, 0);
  }

  private rangeOf({ format, capacity, ring, first, range }: Strip): [number, number] {
    const { bins, low, high, unit } = format;
    const counts = new Uint32Array(256);
    for (let frame = first; frame < this.end; frame++) {
      const at = (frame % capacity) * bins;
      for (let bin = 0; bin < bins; bin++) counts[ring[at + bin]]++;
    }
    const all = (this.end - first) * bins;
    const quantile = (share: number): number => {
      let sum = 0;
      for (let value = 0; value < 256; value++) if ((sum += counts[value]) >= share * all) return value;
      return 255;
    };
    const least = unit === 'dB' ? (LEAST_RANGE_DB / (high - low)) * 255 : 1;
    const top = quantile(BRIGHTEST);
    const bottom = Math.min(quantile(DARKEST), top - least);
    // Slowly, so that one clap does not make all of it flicker.
    const ease = (before: number | undefined, now: number): number =>
      before === undefined ? now : before + 0.25 * (now - before);
    return [ease(range?.[0], bottom), ease(range?.[1], top)];
  }

  private draw(plot: Plot): void {
    const { left, right, top } = plot;
    const { strip } = this;
    const describe = performance.now() - this.describedAt > DESCRIBE_EVERY_MS;
    if (!strip || this.end === strip.first) {
      plot.frame();
      plot.empty(this.message);
      if (describe) plot.describe(this.message);
      return;
    }
    this.advance(strip);
    if (strip.isUncoloured) this.colour(strip);
    this.drawFrames(plot, strip);
    const { axis } = strip.format;
    plot.leftAxis(
      axis.ticks.map(tick => plot.up(tick)),
      { grid: false },
    );
    plot.bottomAxis(this.timeTicks((right - left) / MARK_WIDTH).map(tick => plot.along(tick)));
    plot.text(axis.unit, left - 6, top - 8, { align: 'right', baseline: 'top' });
    plot.frame();
    if (describe) {
      this.describedAt = performance.now();
      const values = { name: this.name, top: axis.ticks.at(-1)?.label ?? '', unit: axis.unit };
      plot.describe(this.runs ? t('sound.described', values) : t('sound.describedWhole', values));
    }
    if (this.shown < this.end) setTimeout(() => plot.redraw(), DRAW_EVERY_MS);
  }

  /** The ring, in at most two pieces. */
  private drawFrames(plot: Plot, { format, capacity, first }: Strip): void {
    const { context, left, right, top, bottom, colours } = plot;
    const frames = this.runs ? this.seconds / format.secondsPerFrame : this.end - first;
    const perFrame = (right - left) / frames;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.imageSmoothingEnabled = perFrame < 3;
    context.fillStyle = colours.line;
    context.fillRect(left, top, right - left, bottom - top);
    for (let frame = Math.max(first, Math.floor(this.shown - frames)); frame < this.end; ) {
      const slot = frame % capacity;
      const count = Math.min(this.end - frame, capacity - slot);
      const x = right - (this.shown - frame) * perFrame;
      context.drawImage(this.image, slot, 0, count, format.bins, x, top, count * perFrame, bottom - top);
      frame += count;
    }
    context.restore();
  }

  private timeTicks(most: number): Tick[] {
    const { seconds, runs } = this;
    const times = niceValues(0, seconds, most);
    if (!runs) return times.map(time => ({ at: time / seconds, label: `${time} s` }));
    const label = (ago: number): string => (ago === 0 ? t('sound.now') : minus(`-${ago} s`));
    return times.reverse().map(ago => ({ at: 1 - ago / seconds, label: label(ago) }));
  }

  /** Moves on by the time that has passed, a little faster or slower to stay where it should be. */
  private advance({ format }: Strip): void {
    const now = performance.now();
    const passed = Math.min(0.25, (now - (this.drawnAt ?? now)) / 1000);
    this.drawnAt = now;
    if (this.still.matches || !this.runs) {
      this.shown = this.end;
      return;
    }
    const { secondsPerFrame } = format;
    const behind = (this.end - this.shown) * secondsPerFrame;
    const speed = 1 + Math.max(-0.5, behind - LAG_SECONDS);
    this.shown = Math.min(this.end, this.shown + Math.max(0, (passed * speed) / secondsPerFrame));
  }
}
