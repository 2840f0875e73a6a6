// A drawing area with axes: sharp on every screen, redrawn when its size changes, described in words for those who do
// not see it.
import { themeColours } from './colours.mjs';
import { h } from './dom.mjs';

const FONT_SIZE = 11;
const STEPS = [1, 2, 5];

/** Round values from just above `from` to `to`, at most `most` of them; as src/charts/axis.ts. */
export function niceValues(from, to, most) {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span) || most < 1) return [];
  for (let exponent = Math.floor(Math.log10(span / most)) - 1; exponent < 300; exponent++) {
    for (const digit of STEPS) {
      const step = digit * 10 ** exponent;
      const first = Math.ceil(from / step - 1e-9);
      const count = Math.floor(to / step + 1e-9) - first + 1;
      if (count <= most) return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
    }
  }
  return [];
}

/** 1, 2, 5, 10, … within the range; every decade only where there are many. */
export function logValues(from, to) {
  const decades = Math.log10(to / from);
  const digits = decades > 4 ? [1] : decades > 2 ? [1, 3] : STEPS;
  const values = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    for (const digit of digits) {
      const value = Number((digit * power).toPrecision(6));
      if (value >= from && value <= to) values.push(value);
    }
  }
  return values;
}

export class Plot {
  /**
   * @param {object} options
   * @param {number} options.height CSS pixels
   * @param {{left: number, right: number, top: number, bottom: number}} options.margin
   * @param {(plot: Plot) => void} draw
   */
  constructor({ height, margin }, draw) {
    this.margin = margin;
    this.canvas = h('canvas', { class: 'earshot-canvas', role: 'img', style: `height: ${height}px` });
    this.context = this.canvas.getContext('2d');
    this.height = height;
    this.width = 0;
    this.draw = draw;
    this.scheduled = false;
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
  }

  /** What the picture shows, for screen readers. */
  describe(text) {
    if (this.canvas.getAttribute('aria-label') !== text) this.canvas.setAttribute('aria-label', text);
  }

  /** Draws with the next frame, once however often it is asked for. */
  redraw() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.drawNow();
    });
  }

  drawNow() {
    const { canvas, context, height } = this;
    const ratio = window.devicePixelRatio || 1;
    this.width = canvas.clientWidth;
    if (this.width < 40) return;
    const [pixelWidth, pixelHeight] = [Math.round(this.width * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
      canvas.width = pixelWidth;
      canvas.height = pixelHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, height);
    context.font = `${FONT_SIZE}px ${getComputedStyle(canvas).fontFamily}`;
    this.draw(this);
  }

  get colours() {
    return themeColours();
  }
  get left() {
    return this.margin.left;
  }
  get right() {
    return this.width - this.margin.right;
  }
  get top() {
    return this.margin.top;
  }
  get bottom() {
    return this.height - this.margin.bottom;
  }

  text(text, x, y, { align = 'left', baseline = 'middle', colour = this.colours.muted } = {}) {
    const { context } = this;
    context.fillStyle = colour;
    context.textAlign = align;
    context.textBaseline = baseline;
    context.fillText(text, x, y);
  }

  line(x1, y1, x2, y2, colour, { dash = [], width = 1 } = {}) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
    context.setLineDash([]);
  }

  /** Marks on the left, with faint lines across. @param {[y: number, label: string][]} marks */
  leftAxis(marks, { grid = true } = {}) {
    let last = Number.POSITIVE_INFINITY;
    for (const [y, label] of marks) {
      const place = Math.round(y) + 0.5;
      if (grid) this.line(this.left, place, this.right, place, this.colours.line);
      else this.line(this.left - 4, place, this.left, place, this.colours.frame);
      if (Math.abs(place - last) < FONT_SIZE + 1) continue;
      last = place;
      const inside = Math.min(this.bottom - 4, Math.max(this.top + 4, place));
      this.text(label, this.left - 6, inside, { align: 'right' });
    }
  }

  /** Marks below; labels that would touch are left out. @param {[x: number, label: string][]} marks */
  bottomAxis(marks) {
    let end = Number.NEGATIVE_INFINITY;
    for (const [x, label] of marks) {
      const place = Math.round(x) + 0.5;
      this.line(place, this.bottom, place, this.bottom + 4, this.colours.frame);
      const width = this.context.measureText(label).width;
      const from = Math.min(this.width - width, Math.max(0, place - width / 2));
      if (from < end + 8) continue;
      end = from + width;
      this.text(label, from, this.bottom + 6, { baseline: 'top' });
    }
  }

  frame() {
    const { context, left, right, top, bottom } = this;
    context.strokeStyle = this.colours.frame;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top);
  }

  /** A message where there is nothing to draw yet. */
  empty(text) {
    this.text(text, (this.left + this.right) / 2, (this.top + this.bottom) / 2, { align: 'center' });
  }
}
