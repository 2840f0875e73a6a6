// What surrounds every plot: title, legend, axes with marks and units, a colour scale. Gives back the area between them
// and how values lie in it. Nothing here knows what is plotted.

import { type ColourMap, paletteOf } from './colour-maps';
import { capitalHeight, textWidth } from './font/stroke-font';
import type { Scale } from './scale';
import type { Box, Point, Surface } from './surface';
import { drawMarker, type Look, type Theme } from './theme';
import type { Tick } from './ticks';

export interface Axis {
  scale: Scale;
  /** What is measured, with its unit: "frequency (kHz)". */
  label?: string;
  /** Names of categories rather than values: all are shown, shortened where they must be. */
  names?: boolean;
}

export interface LegendEntry extends Look {
  label: string;
}

export interface FrameSpec {
  title: string;
  /** Beside or below the title, less loud. */
  note?: string;
  x: Axis;
  y: Axis;
  /** A second vertical axis, at the right. */
  right?: Axis;
  legend?: readonly LegendEntry[];
  /** A colour scale at the right. */
  colours?: { map: ColourMap; axis: Axis };
  /** Where lines help to read values off [both]. */
  grid?: 'both' | 'horizontal' | 'vertical' | 'none';
}

/** The area between the axes. */
export interface PlotArea extends Box {
  right: number;
  bottom: number;
  /** Pixels of a value on the x axis. */
  x(value: number): number;
  y(value: number): number;
  point(x: number, y: number): Point;
}

export interface Drawing {
  surface: Surface;
  theme: Theme;
  /** Of the letters, pixels. */
  size: number;
}

const TICK = 4;
const COLOUR_STEPS = 64;

/** Letters grow a little with the picture: 11 pixels at 400 wide, 15 at 900. */
export function fontSize({ width, height }: Surface): number {
  return Math.round(Math.max(10, Math.min(18, 7.8 + Math.min(width, height * 1.6) * 0.008)));
}

/** Draws everything around the data. */
export function drawFrame(drawing: Drawing, spec: FrameSpec): PlotArea {
  const { surface, size } = drawing;
  const pad = Math.round(size * 0.75);
  const line = Math.round(size * 1.45);
  let top = drawTitle(drawing, spec, pad);
  top = drawLegend(drawing, spec.legend ?? [], top, pad);
  top += Math.round(size * 0.8);
  const bottom = surface.height - pad - capitalHeight(size) - TICK - 3 - (spec.x.label ? line : 0);
  const most = Math.max(2, Math.floor((bottom - top) / (size * 2.4)));
  const axisWidth = (axis: Axis | undefined): number => {
    if (!axis) return 0;
    const labels = axis.scale.ticks(most).map(({ label }) => textWidth(label, size));
    // Pictures with few different labels get axes of one length, so that they can stand below each other.
    const longest = Math.max(axis.names ? 0 : textWidth('−00', size), ...labels);
    const room = axis.names ? surface.width * 0.3 : surface.width;
    return Math.min(longest, room) + TICK + 5 + (axis.label ? line : 0);
  };
  const left = Math.round(pad + axisWidth(spec.y));
  const bar = Math.round(size * 0.9);
  const beside = spec.colours ? axisWidth(spec.colours.axis) + bar + pad : axisWidth(spec.right);
  // The last mark's label may reach half its width beyond the axis.
  const width = Math.round(surface.width - left - pad - Math.max(beside, size));
  const box = { left, top: Math.round(top), width, height: Math.round(bottom - top) };
  const area: PlotArea = {
    ...box,
    right: box.left + box.width,
    bottom: box.top + box.height,
    x: value => box.left + spec.x.scale.at(value) * box.width,
    y: value => box.top + (1 - spec.y.scale.at(value)) * box.height,
    point: (x, y) => [area.x(x), area.y(y)],
  };
  const axes = new Axes(drawing, area, line);
  axes.horizontal(spec.x, spec.grid === 'both' || spec.grid === 'vertical' || spec.grid === undefined);
  axes.vertical(spec.y, most, 'left', spec.grid === 'both' || spec.grid === 'horizontal' || spec.grid === undefined);
  if (spec.right) axes.vertical(spec.right, most, 'right', false);
  if (spec.colours) axes.colours(spec.colours.map, spec.colours.axis, most, bar, pad);
  return area;
}

function drawTitle({ surface, theme, size }: Drawing, { title, note }: FrameSpec, pad: number): number {
  const room = surface.width - 2 * pad;
  const titleSize = size + 1;
  let baseline = pad + capitalHeight(titleSize);
  const shown = shorten(title, room, titleSize, true);
  surface.text(shown, pad, baseline, { size: titleSize, colour: theme.ink, bold: true });
  if (!note) return baseline;
  const left = room - textWidth(shown, titleSize, true) - 2 * size;
  if (textWidth(note, size) <= left) {
    surface.text(note, surface.width - pad, baseline, { size, colour: theme.muted, anchor: 'end' });
    return baseline;
  }
  baseline += Math.round(size * 1.4);
  surface.text(shorten(note, room, size), pad, baseline, { size, colour: theme.muted });
  return baseline;
}

/** Entries side by side, in as many rows as they need. */
function drawLegend(drawing: Drawing, entries: readonly LegendEntry[], top: number, pad: number): number {
  if (entries.length === 0) return top;
  const { surface, theme, size } = drawing;
  const sample = Math.round(size * 1.9);
  let x = pad;
  let baseline = top + Math.round(size * 1.55);
  for (const entry of entries) {
    const label = shorten(entry.label, surface.width - 2 * pad - sample - 5, size);
    const width = sample + 5 + textWidth(label, size);
    if (x > pad && x + width > surface.width - pad) {
      x = pad;
      baseline += Math.round(size * 1.4);
    }
    drawSample(drawing, entry, x, baseline - capitalHeight(size) / 2, sample);
    surface.text(label, x + sample + 5, baseline, { size, colour: theme.ink });
    x += width + Math.round(size * 1.2);
  }
  return baseline;
}

function drawSample({ surface, theme, size }: Drawing, look: LegendEntry, x: number, y: number, width: number): void {
  const { colour, marker, dash, line, fill } = look;
  if (fill !== undefined) {
    surface.rect({ left: x, top: Math.round(y - size * 0.4), width, height: Math.round(size * 0.8) }, colour, fill);
  }
  if (line)
    surface.line(
      [
        [x, y],
        [x + width, y],
      ],
      { colour, width: line, dash },
    );
  if (marker) drawMarker(surface, marker, [x + width / 2, y], size * 0.36, colour, theme.background);
}

class Axes {
  constructor(
    private readonly drawing: Drawing,
    private readonly area: PlotArea,
    private readonly line: number,
  ) {}

  private get size(): number {
    return this.drawing.size;
  }

  horizontal({ scale, label, names }: Axis, grid: boolean): void {
    const { surface, theme, size } = this.drawing;
    const { left, top, right, bottom, width } = this.area;
    const baseline = bottom + TICK + 3 + capitalHeight(size);
    const ticks = names ? scale.ticks(0) : roomyTicks(scale, width, size);
    for (const { at, label: text } of ticks) {
      const x = crisp(left + at * width);
      if (grid && !names)
        surface.line(
          [
            [x, top],
            [x, bottom],
          ],
          { colour: theme.grid, width: 1 },
        );
      if (!names)
        surface.line(
          [
            [x, bottom + 1],
            [x, bottom + 1 + TICK],
          ],
          { colour: theme.axis, width: 1 },
        );
      const shown = names ? shorten(text, width / ticks.length - 4, size) : text;
      const half = textWidth(shown, size) / 2;
      const middle = Math.min(Math.max(x, half + 1), surface.width - half - 1);
      surface.text(shown, middle, baseline, { size, colour: theme.ink, anchor: 'middle' });
    }
    const y = crisp(bottom);
    surface.line(
      [
        [left, y],
        [right, y],
      ],
      { colour: theme.axis, width: 1 },
    );
    if (label) {
      const style = { size, colour: theme.muted, anchor: 'middle' } as const;
      surface.text(label, (left + right) / 2, baseline + this.line, style);
    }
  }

  vertical({ scale, label, names }: Axis, most: number, side: 'left' | 'right', grid: boolean): void {
    const { surface, theme, size } = this.drawing;
    const { left, right, top, bottom, height } = this.area;
    const x = side === 'left' ? left : right;
    const out = side === 'left' ? -1 : 1;
    const ticks = scale.ticks(most);
    let widest = 0;
    for (const { at, label: text } of ticks) {
      const y = crisp(top + (1 - at) * height - 0.5);
      if (grid && !names)
        surface.line(
          [
            [left, y],
            [right, y],
          ],
          { colour: theme.grid, width: 1 },
        );
      if (!names)
        surface.line(
          [
            [x + 0.5 * out, y],
            [x + (TICK + 0.5) * out, y],
          ],
          { colour: theme.axis, width: 1 },
        );
      const shown = names ? shorten(text, surface.width * 0.3, size) : text;
      widest = Math.max(widest, textWidth(shown, size));
      const anchor = side === 'left' ? 'end' : 'start';
      surface.text(shown, x + (TICK + 4) * out, this.baselineAt(y), { size, colour: theme.ink, anchor });
    }
    surface.line(
      [
        [crisp(x - (side === 'left' ? 1 : 0)), top],
        [crisp(x - (side === 'left' ? 1 : 0)), bottom],
      ],
      { colour: theme.axis, width: 1 },
    );
    if (label) this.upright(label, x + out * (TICK + 5 + widest), side);
  }

  colours(map: ColourMap, { scale, label }: Axis, most: number, width: number, gap: number): void {
    const { surface, theme } = this.drawing;
    const { right, top, height } = this.area;
    const left = right + gap;
    const values = Uint8Array.from({ length: COLOUR_STEPS }, (_, i) => COLOUR_STEPS - 1 - i);
    const palette = paletteOf(map, COLOUR_STEPS);
    surface.raster({ columns: 1, rows: COLOUR_STEPS, values, palette }, { left, top, width, height });
    let widest = 0;
    for (const { at, label: text } of scale.ticks(most)) {
      const y = crisp(top + (1 - at) * height - 0.5);
      surface.line(
        [
          [left + width + 0.5, y],
          [left + width + TICK, y],
        ],
        { colour: theme.axis, width: 1 },
      );
      surface.text(text, left + width + TICK + 3, this.baselineAt(y), { size: this.size, colour: theme.ink });
      widest = Math.max(widest, textWidth(text, this.size));
    }
    if (label) this.upright(label, left + width + TICK + 4 + widest, 'right');
  }

  /** The baseline of a label beside `y`, inside the picture's height. */
  private baselineAt(y: number): number {
    return Math.round(y + capitalHeight(this.size) / 2);
  }

  /** A label along a vertical axis, whose marks' labels end at `x`. */
  private upright(label: string, x: number, side: 'left' | 'right'): void {
    const { surface, theme } = this.drawing;
    const { top, bottom, height } = this.area;
    const baseline =
      side === 'left' ? x - Math.round(this.size * 0.35) : x + capitalHeight(this.size) + Math.round(this.size * 0.35);
    const style = { size: this.size, colour: theme.muted, anchor: 'middle', turned: true } as const;
    surface.text(shorten(label, height + this.line, this.size), baseline, (top + bottom) / 2, style);
  }
}

/** As many marks as fit side by side. */
function roomyTicks(scale: Scale, width: number, size: number): Tick[] {
  for (let most = Math.max(2, Math.floor(width / (size * 3))); most > 1; most--) {
    const ticks = scale.ticks(most);
    const fits = ticks.every(({ at, label }, i) => {
      if (i === 0) return true;
      const needed = (textWidth(label, size) + textWidth(ticks[i - 1].label, size)) / 2 + size;
      return (at - ticks[i - 1].at) * width >= needed;
    });
    if (fits) return ticks;
  }
  return scale.ticks(1).slice(0, 1);
}

/** The middle of the pixel: a line of one pixel's width is sharp there. */
export const crisp = (value: number): number => Math.floor(value) + 0.5;

const LONGEST = 300;

/** Cuts a text in the middle until it fits: a file's end tells as much as its beginning. */
export function shorten(text: string, width: number, size: number, bold = false): string {
  // Labels come with the messages: one of megabytes must not be measured letter by letter.
  if (text.length > LONGEST) text = `${text.slice(0, LONGEST / 2)}…${text.slice(-LONGEST / 2)}`;
  if (textWidth(text, size, bold) <= width) return text;
  const letters = Array.from(text);
  for (let kept = letters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const cut = `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - head)).join('')}`;
    if (textWidth(cut, size, bold) <= width) return cut;
  }
  return '';
}
