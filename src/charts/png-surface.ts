// A drawing surface that becomes a PNG.
import { penWidth, textStrokes, textWidth } from './font/stroke-font';
import { Pixels } from './pixels';
import { encodePng } from './png';
import {
  type Box,
  type Colour,
  type Line,
  type Point,
  type Raster,
  RIM,
  type Surface,
  type TextStyle,
} from './surface';

export class PngSurface implements Surface {
  private readonly pixels: Pixels;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Colour,
  ) {
    this.pixels = new Pixels(width, height, background);
  }

  rect({ left, top, width, height }: Box, fill: Colour, opacity = 1): void {
    const [right, bottom] = [left + width, top + height];
    this.pixels.fill(
      [
        [left, top],
        [right, top],
        [right, bottom],
        [left, bottom],
      ],
      fill,
      opacity,
    );
  }

  polygon(points: readonly Point[], fill: Colour, { opacity = 1, rim }: { opacity?: number; rim?: Colour } = {}): void {
    if (rim !== undefined) this.pixels.pen([[...points, points[0]].flat()], RIM, rim);
    this.pixels.fill(points, fill, opacity);
  }

  line(points: readonly Point[], { colour, width, dash }: Line): void {
    const whole = points.flat();
    this.pixels.pen(dash && dash.length > 0 ? dashes(whole, dash) : [whole], width, colour);
  }

  text(
    text: string,
    x: number,
    y: number,
    { size, colour, anchor = 'start', bold = false, turned = false }: TextStyle,
  ): void {
    const share = { start: 0, middle: 0.5, end: 1 }[anchor];
    const start = -share * textWidth(text, size, bold);
    const left = Math.round(turned ? x : x + start);
    const baseline = Math.round(turned ? y - start : y);
    const strokes = textStrokes(text, size, bold).map(stroke =>
      stroke.map((_, i) => {
        const even = i - (i % 2);
        const [along, above] = [stroke[even], stroke[even + 1]];
        if (i % 2 === 0) return left + (turned ? -above : along);
        return baseline - (turned ? along : above);
      }),
    );
    this.pixels.pen(strokes, penWidth(size, bold), colour);
  }

  raster({ columns, rows, values, palette }: Raster, box: Box): void {
    const [left, top] = [Math.round(box.left), Math.round(box.top)];
    const [right, bottom] = [Math.round(box.left + box.width), Math.round(box.top + box.height)];
    for (let y = top; y < bottom; y++) {
      const row = Math.floor(((y - top) * rows) / (bottom - top)) * columns;
      for (let x = left; x < right; x++) {
        this.pixels.set(x, y, palette[values[row + Math.floor(((x - left) * columns) / (right - left))]]);
      }
    }
  }

  clip(box: Box, draw: () => void): void {
    this.pixels.clip(box, draw);
  }

  encode(): Buffer {
    return encodePng(this.width, this.height, this.pixels.colours);
  }
}

/** Cuts a line (x, y, x, y, …) into strokes by lengths of strokes and gaps in turn. */
function dashes(line: readonly number[], pattern: readonly number[]): number[][] {
  const pieces: number[][] = [];
  let part = 0;
  let left = pattern[0];
  let piece: number[] | undefined = [line[0], line[1]];
  for (let i = 2; i < line.length; i += 2) {
    let [x, y] = [line[i - 2], line[i - 1]];
    let length = Math.hypot(line[i] - x, line[i + 1] - y);
    while (length > 0) {
      const step = Math.min(left, length);
      x += ((line[i] - x) * step) / length;
      y += ((line[i + 1] - y) * step) / length;
      piece?.push(x, y);
      length -= step;
      left -= step;
      if (left > 0) continue;
      if (piece) pieces.push(piece);
      part = (part + 1) % pattern.length;
      left = pattern[part];
      piece = part % 2 === 0 ? [x, y] : undefined;
    }
  }
  if (piece) pieces.push(piece);
  return pieces;
}
