// What plots draw on. Two back ends: SVG text (svg-surface) and pixels (png-surface). Pixels, y downwards.

/** 0xRRGGBB */
export type Colour = number;

export type Point = readonly [x: number, y: number];

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Width of the line around a shape, half of which the shape covers. */
export const RIM = 1.8;

export interface Line {
  colour: Colour;
  /** Pixels. */
  width: number;
  /** Lengths of strokes and gaps in turn, pixels. */
  dash?: readonly number[];
}

export interface TextStyle {
  /** Pixels. */
  size: number;
  colour: Colour;
  anchor?: 'start' | 'middle' | 'end';
  bold?: boolean;
  /** Reads upwards. */
  turned?: boolean;
}

/** A picture in colours of a scale, e.g. a spectrogram. */
export interface Raster {
  columns: number;
  rows: number;
  /** Places in the palette, row-major from the top. */
  values: Uint8Array;
  palette: readonly Colour[];
}

export interface Surface {
  readonly width: number;
  readonly height: number;
  rect(box: Box, fill: Colour, opacity?: number): void;
  /** A filled shape; `rim` is a line of about a pixel around it, outside. */
  polygon(points: readonly Point[], fill: Colour, style?: { opacity?: number; rim?: Colour }): void;
  /** An open line through all points, with round joints. */
  line(points: readonly Point[], style: Line): void;
  /** @param x,y where the text starts, has its middle or ends; its baseline */
  text(text: string, x: number, y: number, style: TextStyle): void;
  /** The picture fills the box; elements keep their hard edges. */
  raster(picture: Raster, box: Box): void;
  /** What is drawn meanwhile is cut off at the box. */
  clip(box: Box, draw: () => void): void;
}

/** A part of a surface as a surface of its own, with its own origin. */
export function inset(surface: Surface, { left, top, width, height }: Box): Surface {
  const move = (box: Box): Box => ({ ...box, left: box.left + left, top: box.top + top });
  const shift = (points: readonly Point[]): Point[] => points.map(([x, y]) => [x + left, y + top]);
  return {
    width,
    height,
    rect: (box, fill, opacity) => surface.rect(move(box), fill, opacity),
    polygon: (points, fill, style) => surface.polygon(shift(points), fill, style),
    line: (points, style) => surface.line(shift(points), style),
    text: (text, x, y, style) => surface.text(text, x + left, y + top, style),
    raster: (picture, box) => surface.raster(picture, move(box)),
    clip: (box, draw) => surface.clip(move(box), draw),
  };
}

/** `#rrggbb` */
export function hex(colour: Colour): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}

/** A colour between two others, `share` of the way to the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const channel = (shift: number): number => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** Black or white, whichever reads better on a colour: at least 4.5 to 1. */
export const inkOn = (colour: Colour): Colour => (contrast(0, colour) > contrast(0xffffff, colour) ? 0 : 0xffffff);

/** Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"); text needs 4.5, other marks 3. */
export function contrast(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = [16, 8, 0].map(shift => {
    const value = ((colour >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
