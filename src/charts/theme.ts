// Colours and markers. Categories take the palette of Okabe and Ito (2008, "Color universal design"), which people with
// any common kind of colour blindness can tell apart; none is told by its colour alone.
import type { Colour, Point, Surface } from './surface';

export const THEMES = ['light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

export interface Theme {
  background: Colour;
  /** Text. */
  ink: Colour;
  /** Units and remarks. */
  muted: Colour;
  /** Axes. */
  axis: Colour;
  grid: Colour;
  /** A surface a little off the background. */
  shade: Colour;
  /** Categories in the order in which they are given out: those that stand out most first. */
  categories: readonly Colour[];
  alarm: Colour;
}

const ORANGE = 0xe69f00;
const SKY = 0x56b4e9;
const GREEN = 0x009e73;
const YELLOW = 0xf0e442;
/** Orange, sky blue and yellow are too faint on white. */
const DARK_ORANGE = 0xc28500;
const DARK_SKY = 0x3a97cf;
const OLIVE = 0xa39400;
const BLUE = 0x0072b2;
const VERMILION = 0xd55e00;
const PURPLE = 0xcc79a7;

export const THEME: Record<ThemeName, Theme> = {
  light: {
    background: 0xffffff,
    ink: 0x1f2328,
    muted: 0x59636e,
    axis: 0x818b98,
    grid: 0xe4e7eb,
    shade: 0xf0f2f5,
    categories: [BLUE, DARK_ORANGE, GREEN, PURPLE, VERMILION, DARK_SKY, 0x1f2328, OLIVE],
    alarm: VERMILION,
  },
  dark: {
    background: 0x1b1f24,
    ink: 0xe8ebef,
    muted: 0xaab3bd,
    axis: 0x7d8794,
    grid: 0x343a42,
    shade: 0x282d34,
    categories: [SKY, ORANGE, GREEN, PURPLE, YELLOW, VERMILION, 0xe8ebef, 0x3f9bd1],
    alarm: 0xf27a2b,
  },
};

const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'down', 'plus', 'cross', 'star'] as const;
export type Marker = (typeof MARKERS)[number];

/** How one series looks. */
export interface Look {
  colour: Colour;
  marker?: Marker;
  dash?: readonly number[];
  /** Line width in pixels; 0 or left out for none. */
  line?: number;
  /** A filled area of that opacity. */
  fill?: number;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2.5], [8, 3, 2, 3]];

/** The look of the n-th category. */
export function categoryLook({ categories }: Theme, n: number): Required<Pick<Look, 'colour' | 'marker' | 'dash'>> {
  return {
    colour: categories[n % categories.length],
    marker: MARKERS[(n + Math.floor(n / categories.length)) % MARKERS.length],
    dash: DASHES[n % DASHES.length],
  };
}

const CIRCLE: readonly Point[] = Array.from({ length: 16 }, (_, i) => [
  Math.cos((i * Math.PI) / 8),
  Math.sin((i * Math.PI) / 8),
]);
const S = 0.88;
/** Outlines for a radius of 1. */
const SHAPES: Record<Exclude<Marker, 'plus' | 'cross' | 'star'>, readonly Point[]> = {
  circle: CIRCLE,
  square: [
    [-S, -S],
    [S, -S],
    [S, S],
    [-S, S],
  ],
  triangle: [
    [0, -1.15],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  diamond: [
    [0, -1.3],
    [1.2, 0],
    [0, 1.3],
    [-1.2, 0],
  ],
  down: [
    [0, 1.15],
    [-1.1, -0.85],
    [1.1, -0.85],
  ],
};
const PLUS: readonly (readonly Point[])[] = [
  [
    [-1.1, 0],
    [1.1, 0],
  ],
  [
    [0, -1.1],
    [0, 1.1],
  ],
];
const CROSS: readonly (readonly Point[])[] = [
  [
    [-S, -S],
    [S, S],
  ],
  [
    [-S, S],
    [S, -S],
  ],
];
const STROKES: Record<'plus' | 'cross' | 'star', readonly (readonly Point[])[]> = {
  plus: PLUS,
  cross: CROSS,
  star: [...PLUS, ...CROSS],
};

/** Draws a marker; `rim` parts it from what it lies on. */
export function drawMarker(
  surface: Surface,
  marker: Marker,
  [x, y]: Point,
  radius: number,
  colour: Colour,
  rim?: Colour,
): void {
  const placed = (points: readonly Point[], size: number): Point[] =>
    points.map(([px, py]) => [x + px * size, y + py * size]);
  if (marker === 'plus' || marker === 'cross' || marker === 'star') {
    for (const stroke of STROKES[marker])
      surface.line(placed(stroke, radius), { colour, width: Math.max(1.5, radius * 0.5) });
    return;
  }
  surface.polygon(placed(SHAPES[marker], radius), colour, { rim });
}
