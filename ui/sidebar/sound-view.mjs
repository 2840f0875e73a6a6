// A spectrogram with its axes, running or of one sound, and the level meter below it.
import { viridis } from './colours.mjs';
import { formatDb, h, setText, t } from './dom.mjs';
import { niceValues, Plot } from './plot.mjs';

const SECONDS = 12;
const MARGIN = { left: 34, right: 1, top: 14, bottom: 22 };
/** Columns come four times a second: the picture runs a little behind, so that it moves without stopping. */
const LAG_SECONDS = 0.6;
/** Parts of the bytes shown that lie below the darkest and below the brightest colour. */
const DARKEST = 0.1;
const BRIGHTEST = 0.998;
/** Quieter differences than this many dB are not blown up to the whole range of colours. */
const LEAST_RANGE_DB = 30;
const DESCRIBE_EVERY_MS = 5000;
/** Twenty pictures a second move smoothly enough, for a third of the work. */
const FRAME_MS = 50;

export class SpectrogramView {
  /** @param {{seconds?: number, runs?: boolean, height?: number}} options how much is shown, and whether more follows */
  constructor({ seconds = SECONDS, runs = true, height = 174 } = {}) {
    this.seconds = seconds;
    this.runs = runs;
    this.plot = new Plot({ height, margin: MARGIN }, plot => this.draw(plot));
    this.element = this.plot.canvas;
    this.name = '';
    this.message = '';
    this.image = document.createElement('canvas');
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
    this.clear();
  }

  clear() {
    this.format = undefined;
    this.end = 0;
    this.shown = 0;
    this.describedAt = 0;
    this.plot.redraw();
  }

  /** What stands in the picture while there is no sound. */
  setMessage(text) {
    if (text === this.message) return;
    this.message = text;
    this.plot.redraw();
  }

  /** Takes the server's answer. */
  add({ format, from, end, columns }) {
    if (!format) return;
    if (format.epoch !== this.format?.epoch || end < this.end) this.start(format, from);
    const bytes = Uint8Array.from(atob(columns), letter => letter.charCodeAt(0));
    const { rows } = format;
    for (let column = Math.max(from, end - this.capacity); column < end; column++) {
      const at = (column - from) * rows;
      this.ring.set(bytes.subarray(at, at + rows), (column % this.capacity) * rows);
    }
    if (end > this.end) this.movedAt = performance.now();
    this.end = end;
    this.first = Math.max(this.first, end - this.capacity);
    // Far behind, e.g. after a pause or where files play faster than time: jump.
    if (this.end - this.shown > this.capacity / 2) this.shown = this.end;
    this.isUncoloured = true;
    this.plot.redraw();
  }

  start(format, from) {
    this.format = format;
    this.capacity = Math.max(8, Math.ceil((this.seconds + 2) / format.secondsPerColumn));
    this.ring = new Uint8Array(this.capacity * format.rows);
    this.first = from;
    this.shown = from;
    this.end = from;
    this.image.width = this.capacity;
    this.image.height = format.rows;
    this.range = undefined;
  }

  /** Paints the ring into an image of one pixel per value, from the darkest to the brightest that occur. */
  colour() {
    this.isUncoloured = false;
    const { capacity, ring } = this;
    const { rows, low, high, unit } = this.format;
    const counts = new Uint32Array(256);
    for (let column = this.first; column < this.end; column++) {
      const at = (column % capacity) * rows;
      for (let row = 0; row < rows; row++) counts[ring[at + row]]++;
    }
    const all = (this.end - this.first) * rows;
    const quantile = share => {
      let sum = 0;
      for (let value = 0; value < 256; value++) if ((sum += counts[value]) >= share * all) return value;
      return 255;
    };
    const least = unit === 'dB' ? (LEAST_RANGE_DB / (high - low)) * 255 : 1;
    const top = quantile(BRIGHTEST);
    const bottom = Math.min(quantile(DARKEST), top - least);
    // Slowly, so that one clap does not make the whole picture flicker.
    const ease = (before, now) => (before === undefined ? now : before + 0.25 * (now - before));
    this.range = [ease(this.range?.[0], bottom), ease(this.range?.[1], top)];
    const [from, to] = this.range;
    const picture = new ImageData(capacity, rows);
    const pixels = new Uint32Array(picture.data.buffer);
    const factor = 255 / Math.max(1, to - from);
    const palette = viridis;
    for (let column = this.first; column < this.end; column++) {
      const slot = column % capacity;
      for (let row = 0; row < rows; row++) {
        const step = Math.max(0, Math.min(255, Math.round((ring[slot * rows + row] - from) * factor)));
        pixels[(rows - 1 - row) * capacity + slot] = palette[step];
      }
    }
    this.image.getContext('2d').putImageData(picture, 0, 0);
  }

  draw(plot) {
    const { context, left, right, top, bottom, colours } = plot;
    const { format } = this;
    const describe = performance.now() - this.describedAt > DESCRIBE_EVERY_MS;
    if (!format || this.end === this.first) {
      plot.frame();
      plot.empty(this.message);
      if (describe) plot.describe(this.message);
      return;
    }
    this.advance();
    if (this.isUncoloured) this.colour();
    const { secondsPerColumn, axis } = format;
    const columns = this.runs ? this.seconds / secondsPerColumn : this.end - this.first;
    const perColumn = (right - left) / columns;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.imageSmoothingEnabled = perColumn < 3;
    context.fillStyle = colours.line;
    context.fillRect(left, top, right - left, bottom - top);
    // The ring in at most two pieces.
    const from = Math.max(this.first, Math.floor(this.shown - columns));
    for (let column = from; column < this.end; ) {
      const slot = column % this.capacity;
      const count = Math.min(this.end - column, this.capacity - slot);
      const x = right - (this.shown - column) * perColumn;
      context.drawImage(this.image, slot, 0, count, format.rows, x, top, count * perColumn, bottom - top);
      column += count;
    }
    context.restore();
    plot.leftAxis(
      axis.ticks.map(({ at, label }) => [bottom - at * (bottom - top), label]),
      { grid: false },
    );
    plot.bottomAxis(
      this.timeMarks((right - left) / 60).map(([share, label]) => [left + share * (right - 1 - left), label]),
    );
    plot.text(axis.unit, left - 6, top - 8, { align: 'right', baseline: 'top' });
    plot.frame();
    if (describe) {
      this.describedAt = performance.now();
      const values = { name: this.name, top: axis.ticks.at(-1)?.label ?? '', unit: axis.unit };
      plot.describe(this.runs ? t('sound.described', values) : t('sound.describedWhole', values));
    }
    if (this.shown < this.end) setTimeout(() => plot.redraw(), FRAME_MS);
  }

  /** Times on the axis below. @returns {[share: number, label: string][]} of the width, from the left */
  timeMarks(most) {
    const { seconds, runs } = this;
    const times = niceValues(0, seconds, most);
    if (!runs) return times.map(time => [time / seconds, `${time} s`]);
    return times.reverse().map(ago => [1 - ago / seconds, ago === 0 ? t('sound.now') : `−${ago} s`]);
  }

  /** Moves on by the time that has passed, a little faster or slower to stay where it should be. */
  advance() {
    const now = performance.now();
    const passed = Math.min(0.25, (now - (this.drawnAt ?? now)) / 1000);
    this.drawnAt = now;
    const { secondsPerColumn } = this.format;
    if (this.still.matches || !this.runs) {
      this.shown = this.end;
      return;
    }
    const behind = (this.end - this.shown) * secondsPerColumn;
    const speed = 1 + Math.max(-0.5, behind - LAG_SECONDS);
    this.shown = Math.min(this.end, this.shown + Math.max(0, (passed * speed) / secondsPerColumn));
  }
}

const QUIETEST_DB = -60;
const WARN_DB = -6;
const CLIPPED_SHOWN_MS = 3000;
const PEAK_FALLS_DB = 1.2;

/** Level and peak on a scale from −60 to 0 dB; clipping in words. */
export class LevelMeter {
  constructor() {
    this.bar = h('div', { class: 'earshot-meter-bar' });
    this.mark = h('div', { class: 'earshot-meter-peak' });
    this.value = h('span', { class: 'earshot-meter-value' }, '–');
    // A live region of its own: clipping is announced when it begins, the level at no change.
    this.clip = h('span', { class: 'earshot-clip', role: 'status' });
    this.meter = h(
      'div',
      {
        class: 'earshot-meter',
        role: 'meter',
        'aria-label': t('sound.level'),
        'aria-valuemin': QUIETEST_DB,
        'aria-valuemax': 0,
        'aria-valuenow': QUIETEST_DB,
      },
      this.bar,
      this.mark,
      ...[-40, -20, -6].map(db => h('div', { class: 'earshot-meter-tick', style: `left: ${this.place(db)}%` })),
    );
    this.element = h('div', { class: 'earshot-level' }, this.meter, this.value, this.clip);
    this.peak = QUIETEST_DB;
    this.clear();
  }

  place(db) {
    return 100 * (1 - Math.min(1, Math.max(0, db / QUIETEST_DB)));
  }

  clear() {
    this.peak = QUIETEST_DB;
    this.set(QUIETEST_DB, '–');
    clearTimeout(this.timer);
    setText(this.clip, '');
  }

  update({ rms, peak, clipped }) {
    this.peak = Math.max(peak ?? QUIETEST_DB, this.peak - PEAK_FALLS_DB, QUIETEST_DB);
    this.set(rms ?? QUIETEST_DB, formatDb(rms));
    if (clipped > 0) {
      setText(this.clip, t('sound.clipped'));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => setText(this.clip, ''), CLIPPED_SHOWN_MS);
    }
  }

  set(db, text) {
    this.bar.style.width = `${this.place(db)}%`;
    this.mark.style.left = `${this.place(this.peak)}%`;
    this.meter.classList.toggle('earshot-loud', this.peak > WARN_DB);
    this.meter.setAttribute('aria-valuenow', String(Math.round(Math.max(QUIETEST_DB, db))));
    this.meter.setAttribute('aria-valuetext', text);
    setText(this.value, text);
  }
}
