// A drawing area with axes: sharp on every screen, redrawn when its size changes, described in words for those who do
// not see it.
import type { Tick } from '../../src/charts/ticks';
import { type ThemeColours, themeColours } from './colours';
import { h } from './dom';

const FONT_SIZE = 11;
/** Narrower, nothing could be read. */
const LEAST_WIDTH = 40;

export interface Margin {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface PlotOptions {
  /** CSS pixels. */
  height: number;
  margin: Margin;
}

/** A mark of an axis: its pixel, and what stands there. */
export type Mark = readonly [place: number, label: string];

/** The 2D context of a canvas, which browsers refuse only to canvases that have another one. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas to draw on');
  return context;
}

export class Plot {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  private readonly height: number;
  private readonly margin: Margin;
  private width = 0;
  private scheduled = false;

  constructor(
    { height, margin }: PlotOptions,
    private readonly draw: (plot: Plot) => void,
  ) {
    this.height = height;
    this.margin = margin;
    this.canvas = h('canvas', { class: 'earshot-canvas', role: 'img', style: `height: ${height}px` });
    this.context = contextOf(this.canvas);
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
  }

  /** What there is to see, for screen readers. */
  describe(text: string): void {
    if (this.canvas.getAttribute('aria-label') !== text) this.canvas.setAttribute('aria-label', text);
  }

  /** Draws with the next frame, once however often it is asked for. */
  redraw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const { canvas, context, height } = this;
    const ratio = window.devicePixelRatio || 1;
    this.width = canvas.clientWidth;
    if (this.width < LEAST_WIDTH) return;
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

  get colours(): ThemeColours {
    return themeColours();
  }
  get left(): number {
    return this.margin.left;
  }
  get right(): number {
    return this.width - this.margin.right;
  }
  get top(): number {
    return this.margin.top;
  }
  get bottom(): number {
    return this.height - this.margin.bottom;
  }

  text(
    text: string,
    x: number,
    y: number,
    {
      align = 'left',
      baseline = 'middle',
      colour = this.colours.muted,
    }: { align?: CanvasTextAlign; baseline?: CanvasTextBaseline; colour?: string } = {},
  ): void {
    const { context } = this;
    context.fillStyle = colour;
    context.textAlign = align;
    context.textBaseline = baseline;
    context.fillText(text, x, y);
  }

  line(
    [x1, y1]: readonly [number, number],
    [x2, y2]: readonly [number, number],
    colour: string,
    { dash = [], width = 1 }: { dash?: number[]; width?: number } = {},
  ): void {
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

  /** Where marks lie on the left: 0 at the bottom of the drawing, 1 at its top. */
  up({ at, label }: Tick): Mark {
    return [this.bottom - at * (this.bottom - this.top), label];
  }

  /** Where marks lie below: 0 on the left, 1 on the right. */
  along({ at, label }: Tick): Mark {
    return [this.left + at * (this.right - 1 - this.left), label];
  }

  /** Marks on the left, from the bottom up, with faint lines across. */
  leftAxis(marks: readonly Mark[], { grid = true } = {}): void {
    let last = Number.POSITIVE_INFINITY;
    for (const [y, label] of marks) {
      const place = Math.round(y) + 0.5;
      if (grid) this.line([this.left, place], [this.right, place], this.colours.line);
      else this.line([this.left - 4, place], [this.left, place], this.colours.frame);
      if (Math.abs(place - last) < FONT_SIZE + 1) continue;
      last = place;
      const inside = Math.min(this.bottom - 4, Math.max(this.top + 4, place));
      this.text(label, this.left - 6, inside, { align: 'right' });
    }
  }

  /** Marks below; labels that would touch are left out. */
  bottomAxis(marks: readonly Mark[]): void {
    let end = Number.NEGATIVE_INFINITY;
    for (const [x, label] of marks) {
      const place = Math.round(x) + 0.5;
      this.line([place, this.bottom], [place, this.bottom + 4], this.colours.frame);
      const width = this.context.measureText(label).width;
      const from = Math.min(this.width - width, Math.max(0, place - width / 2));
      if (from < end + 8) continue;
      end = from + width;
      this.text(label, from, this.bottom + 6, { baseline: 'top' });
    }
  }

  frame(): void {
    const { context, left, right, top, bottom } = this;
    context.strokeStyle = this.colours.frame;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top);
  }

  /** A message where there is nothing to draw yet. */
  empty(text: string): void {
    this.text(text, (this.left + this.right) / 2, (this.top + this.bottom) / 2, { align: 'center' });
  }
}
