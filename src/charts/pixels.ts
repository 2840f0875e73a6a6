// Pixels with smooth edges: how much of each pixel a shape or a pen covers, and what colour comes of it. Coverage has
// 16 steps, so that most pictures need no more than the 256 colours of an indexed PNG.
import type { Box, Colour, Point } from './surface';

const STEPS = 15;

export class Pixels {
  /** 0xRRGGBB, row-major from the top. */
  readonly colours: Uint32Array;
  /** Of the shape being drawn; all 0 in between. */
  private readonly coverage: Float32Array;
  private bounds: { left: number; top: number; right: number; bottom: number };

  constructor(
    readonly width: number,
    readonly height: number,
    background: Colour,
  ) {
    this.colours = new Uint32Array(width * height).fill(background);
    this.coverage = new Float32Array(width * height);
    this.bounds = { left: 0, top: 0, right: width, bottom: height };
  }

  /** What is drawn meanwhile is cut off at the box (whole pixels). */
  clip(box: Box, draw: () => void): void {
    const before = this.bounds;
    this.bounds = {
      left: Math.max(before.left, Math.round(box.left)),
      top: Math.max(before.top, Math.round(box.top)),
      right: Math.min(before.right, Math.round(box.left + box.width)),
      bottom: Math.min(before.bottom, Math.round(box.top + box.height)),
    };
    draw();
    this.bounds = before;
  }

  /** Sets one pixel, without smoothing. */
  set(x: number, y: number, colour: Colour): void {
    const { left, right, top, bottom } = this.bounds;
    if (x >= left && x < right && y >= top && y < bottom) this.colours[y * this.width + x] = colour;
  }

  /**
   * Lines of a round pen. Where they overlap, they count once.
   * @param lines x, y, x, y, …
   */
  pen(lines: readonly ArrayLike<number>[], width: number, colour: Colour, opacity = 1): void {
    const reach = width / 2 + 0.5;
    const [xs, ys] = [extent(lines, 0), extent(lines, 1)];
    const area = this.areaOf(xs[0] - reach, ys[0] - reach, xs[1] + reach, ys[1] + reach);
    if (!area) return;
    for (const line of lines) {
      if (line.length === 2) this.segment(line[0], line[1], line[0], line[1], reach);
      for (let i = 2; i < line.length; i += 2) this.segment(line[i - 2], line[i - 1], line[i], line[i + 1], reach);
    }
    this.paint(area, colour, opacity);
  }

  /** A filled shape; parts that it covers twice in the same direction count once. */
  fill(points: readonly Point[], colour: Colour, opacity = 1): void {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const area = this.areaOf(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    if (!area) return;
    points.forEach(([x, y], i) => {
      const [nextX, nextY] = points[(i + 1) % points.length];
      this.edge(x, y, nextX, nextY, area);
    });
    this.accumulate(area);
    this.paint(area, colour, opacity);
  }

  /** Whole pixels that lie within both the shape and what may be drawn on. */
  private areaOf(left: number, top: number, right: number, bottom: number) {
    const { bounds } = this;
    const area = {
      left: Math.max(bounds.left, Math.floor(left)),
      top: Math.max(bounds.top, Math.floor(top)),
      right: Math.min(bounds.right, Math.ceil(right)),
      bottom: Math.min(bounds.bottom, Math.ceil(bottom)),
    };
    return area.right > area.left && area.bottom > area.top ? area : undefined;
  }

  /** Covers what lies within `reach` of a line, less at its rim. */
  private segment(x0: number, y0: number, x1: number, y1: number, reach: number): void {
    const { bounds, coverage, width } = this;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const top = Math.max(bounds.top, Math.floor(Math.min(y0, y1) - reach));
    const bottom = Math.min(bounds.bottom - 1, Math.floor(Math.max(y0, y1) + reach));
    // How far the pen reaches to both sides of the line on one row.
    const aside = dy === 0 ? Number.POSITIVE_INFINITY : (reach * Math.sqrt(squared)) / Math.abs(dy) + 1;
    for (let y = top; y <= bottom; y++) {
      const middle = dy === 0 ? 0 : x0 + ((y + 0.5 - y0) * dx) / dy;
      const from = Math.max(bounds.left, Math.floor(Math.max(Math.min(x0, x1) - reach, middle - aside)));
      const to = Math.min(bounds.right - 1, Math.floor(Math.min(Math.max(x0, x1) + reach, middle + aside)));
      for (let x = from; x <= to; x++) {
        const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
        const t = squared === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / squared));
        const covered = Math.min(1, reach - Math.hypot(px - t * dx, py - t * dy));
        const at = y * width + x;
        if (covered > coverage[at]) coverage[at] = covered;
      }
    }
  }

  /**
   * Adds to each pixel on an edge how much of what lies to its right the edge covers, to be summed up along the row
   * (the signed areas of font renderers, as in Raph Levien's font-rs).
   */
  private edge(x0: number, y0: number, x1: number, y1: number, { left, top, right, bottom }: Area): void {
    if (y0 === y1) return;
    const direction = y0 < y1 ? 1 : -1;
    if (direction < 0) [x0, y0, x1, y1] = [x1, y1, x0, y0];
    const slope = (x1 - x0) / (y1 - y0);
    for (let y = Math.max(top, Math.floor(y0)); y < Math.min(bottom, y1); y++) {
      const [from, to] = [Math.max(y, y0), Math.min(y + 1, y1)];
      const height = (to - from) * direction;
      const ends = [x0 + (from - y0) * slope, x0 + (to - y0) * slope];
      // What lies left of the area still covers it.
      const low = Math.min(right, Math.max(left, Math.min(ends[0], ends[1])));
      const high = Math.min(right, Math.max(left, Math.max(ends[0], ends[1])));
      this.crossing(y * this.width, low, high, height, right);
    }
  }

  /** An edge crosses one row between `low` and `high`, evenly. */
  private crossing(row: number, low: number, high: number, height: number, right: number): void {
    const { coverage } = this;
    const [first, last] = [Math.floor(low), Math.floor(high)];
    let before = 0;
    for (let x = first; x <= last && x < right; x++) {
      // Mean part of this pixel that lies right of the edge, for the part of the edge that is in or left of it.
      const covered = high === low ? x + 1 - low : meanRightOf(x, low, high);
      coverage[row + x] += height * (covered - before);
      before = covered;
    }
    if (last + 1 < right) coverage[row + last + 1] += height * (1 - before);
  }

  private accumulate({ left, top, right, bottom }: Area): void {
    const { coverage, width } = this;
    for (let y = top; y < bottom; y++) {
      let sum = 0;
      for (let at = y * width + left; at < y * width + right; at++) {
        sum += coverage[at];
        coverage[at] = Math.min(1, Math.abs(sum));
      }
    }
  }

  /** Mixes the colour in and forgets the coverage. */
  private paint({ left, top, right, bottom }: Area, colour: Colour, opacity: number): void {
    const { coverage, colours, width } = this;
    const [red, green, blue] = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
    for (let y = top; y < bottom; y++) {
      for (let at = y * width + left; at < y * width + right; at++) {
        if (coverage[at] === 0) continue;
        const share = (Math.round(coverage[at] * STEPS) / STEPS) * opacity;
        coverage[at] = 0;
        if (share <= 0) continue;
        const under = colours[at];
        const r = (under >> 16) & 255;
        const g = (under >> 8) & 255;
        const b = under & 255;
        colours[at] =
          ((r + (red - r) * share + 0.5) << 16) |
          ((g + (green - g) * share + 0.5) << 8) |
          (b + (blue - b) * share + 0.5);
      }
    }
  }
}

interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** For an edge spread evenly over low…high: the mean part of pixel x that lies right of it, 0 to 1. */
function meanRightOf(x: number, low: number, high: number): number {
  // The integral of clamp(x + 1 − e, 0, 1) over the edge's places e.
  const total = (place: number): number => {
    const inside = Math.max(0, Math.min(1, place - x));
    return Math.min(place, x) + inside - (inside * inside) / 2;
  };
  return (total(high) - total(low)) / (high - low);
}

function extent(lines: readonly ArrayLike<number>[], axis: 0 | 1): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    for (let i = axis; i < line.length; i += 2) {
      if (line[i] < low) low = line[i];
      if (line[i] > high) high = line[i];
    }
  }
  return [low, high];
}
