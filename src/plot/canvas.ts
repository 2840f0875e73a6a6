// A small drawing surface over a palette: rectangles and text. What is drawn outside of it is cut off.
import { ADVANCE, dot, GLYPH_HEIGHT, GLYPH_WIDTH, printable } from './bitmap-font';

export class Canvas {
  /** Palette numbers, row-major from the top. */
  readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    background: number,
  ) {
    this.pixels = new Uint8Array(width * height).fill(background);
  }

  fill(x: number, y: number, width: number, height: number, colour: number): void {
    const left = Math.max(0, x);
    const right = Math.min(this.width, x + width);
    if (right <= left) return;
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
      this.pixels.fill(colour, row * this.width + left, row * this.width + right);
    }
  }

  /** An unfilled rectangle, one pixel wide, around the given area. */
  frame(x: number, y: number, width: number, height: number, colour: number): void {
    this.fill(x - 1, y - 1, width + 2, 1, colour);
    this.fill(x - 1, y + height, width + 2, 1, colour);
    this.fill(x - 1, y, 1, height, colour);
    this.fill(x + width, y, 1, height, colour);
  }

  /**
   * @param x,y upper left corner
   * @param scale size of a dot in pixels
   */
  text(text: string, x: number, y: number, colour: number, scale: number): void {
    for (const sign of printable(text)) {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        for (let row = 0; row < GLYPH_HEIGHT; row++) {
          if (dot(sign, column, row)) this.fill(x + column * scale, y + row * scale, scale, scale, colour);
        }
      }
      x += ADVANCE * scale;
    }
  }
}

/** Width of a text in pixels, without the gap after its last character. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, printable(text).length * ADVANCE - 1) * scale;
}
