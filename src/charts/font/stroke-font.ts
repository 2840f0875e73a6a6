// Text as pen strokes at a given size, fitted to the pixel grid: stems and bars begin on whole pixels, so that small
// letters come out crisp. Knows nothing of pictures.
import { ALIASES, CAPITAL_HEIGHT, DESCENDER, GLYPHS, type GlyphSource, MARKS, RAISED, SMALL_HEIGHT } from './glyphs';

/** x, y, x, y, … */
export type Stroke = Float64Array;

interface Glyph {
  /** In parts of the font size. */
  advance: number;
  strokes: Stroke[];
  /** False for the boxes that stand for what the font does not have. */
  known: boolean;
  /** Where strokes run upright or level, in thousandths: these places are fitted to pixels. */
  stems: number[];
  bars: number[];
}

/** Outer heights in parts of the font size. */
const SMALL = 0.523;
const CAPITAL = 0.718;
const DEPTH = 0.21;
const PEN = 0.086;
const BOLD_PEN = 0.125;
/** A thinner pen would look grey. */
const LEAST_PEN = 1.05;
/** Bold letters of Helvetica are that much wider on average. */
const BOLD_ADVANCE = 1.06;
const RAISED_SIZE = 0.62;
const RAISED_BY = 300;
/** What is not in the font: an empty box, about as wide as most letters. */
const UNKNOWN: GlyphSource = [600, 'M 100 0 V 700 H 500 V 0 H 100'];
/** Ideographs and emoji in SVG fonts are about square. */
const WIDE = 1000;
const FIRST_WIDE = 0x1100;

/** Width of the pen in pixels. */
export function penWidth(size: number, bold = false): number {
  return Math.max(LEAST_PEN, size * (bold ? BOLD_PEN : PEN));
}

/** Width of a text in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const glyph of glyphsOf(text)) width += glyph.advance;
  return width * size * (bold ? BOLD_ADVANCE : 1);
}

/** Whether the font has all letters of a text, so that its width is more than a guess. */
export function isKnown(text: string): boolean {
  return text.trim() !== '' && glyphsOf(text).every(({ known }) => known);
}

/** Height of capitals and digits in pixels. */
export function capitalHeight(size: number): number {
  return Math.round(CAPITAL * size);
}

/**
 * The strokes of a text.
 * @param size in pixels
 * @returns strokes of a pen of `penWidth(size, bold)`; x from the start of the text, y upwards from its baseline, pixels
 */
export function textStrokes(text: string, size: number, bold = false): Stroke[] {
  const pen = penWidth(size, bold);
  const step = size * (bold ? BOLD_ADVANCE : 1);
  const strokes: Stroke[] = [];
  let x = 0;
  for (const glyph of glyphsOf(text)) {
    const left = Math.round(x);
    const fitX = fitting(glyph.stems, stem => (stem / 1000) * step, pen / 2);
    const fitY = fitting(glyph.bars, bar => height(bar, size, pen / 2), pen / 2);
    for (const stroke of glyph.strokes) {
      strokes.push(stroke.map((value, i) => (i % 2 === 0 ? left + fitX(value) : fitY(value))));
    }
    x += glyph.advance * step;
  }
  return strokes;
}

/** Skeleton height → pixels above the baseline, so that the pen's outer edges meet the font's lines. */
function height(y: number, size: number, halfPen: number): number {
  const capital = Math.round(CAPITAL * size) - halfPen;
  const small = Math.round(SMALL * size) - halfPen;
  const bottom = halfPen;
  const depth = halfPen - Math.round(DEPTH * size);
  if (y >= SMALL_HEIGHT) return small + ((y - SMALL_HEIGHT) / (CAPITAL_HEIGHT - SMALL_HEIGHT)) * (capital - small);
  if (y >= 0) return bottom + (y / SMALL_HEIGHT) * (small - bottom);
  return bottom + (y / DESCENDER) * (depth - bottom);
}

/** A map of one coordinate that puts the given places on the pixel grid and what lies between in proportion. */
function fitting(places: readonly number[], toPixels: (value: number) => number, halfPen: number) {
  const fitted = places.map(place => Math.round(toPixels(place) - halfPen) + halfPen);
  return (value: number): number => {
    const exact = toPixels(value);
    const above = places.findIndex(place => place >= value);
    if (places.length === 0) return exact;
    if (above === 0) return exact + fitted[0] - toPixels(places[0]);
    const below = above === -1 ? places.length - 1 : above - 1;
    if (above === -1) return exact + fitted[below] - toPixels(places[below]);
    const share = (value - places[below]) / (places[above] - places[below]);
    return fitted[below] + share * (fitted[above] - fitted[below]);
  };
}

const cache = new Map<string, Glyph>();

/** The glyphs of a text; accents belong to the letter before them. */
function glyphsOf(text: string): Glyph[] {
  const clusters = text.normalize('NFD').match(/\P{M}\p{M}*|\p{M}+/gsu) ?? [];
  return clusters.map(cluster => {
    let glyph = cache.get(cluster);
    if (!glyph) {
      glyph = compose(cluster);
      // Labels are mostly Latin: what is not is drawn as boxes, which need no place of their own for each sign.
      if (cache.size < 1000) cache.set(cluster, glyph);
    }
    return glyph;
  });
}

function compose(cluster: string): Glyph {
  const [sign, ...marks] = Array.from(cluster);
  const raised = RAISED[sign];
  if (raised) return small(glyph(GLYPHS[raised]));
  const accented = marks.some(mark => mark in MARKS && mark !== '\u0327');
  const base = accented && sign === 'i' ? 'ı' : (ALIASES[sign] ?? sign);
  const source = GLYPHS[base];
  if (!source) return { ...glyph(sign.codePointAt(0)! >= FIRST_WIDE ? [WIDE, UNKNOWN[1]] : UNKNOWN), known: false };
  const letter = glyph(source);
  const tall = letter.bars.some(bar => bar > SMALL_HEIGHT);
  for (const mark of marks) {
    for (const stroke of parse(MARKS[mark] ?? '')) {
      const lift = tall && mark !== '\u0327' ? CAPITAL_HEIGHT - SMALL_HEIGHT - 20 : 0;
      letter.strokes.push(stroke.map((value, i) => (i % 2 === 0 ? value + source[0] / 2 : value + lift)));
    }
  }
  return letter;
}

function glyph([advance, source]: GlyphSource): Glyph {
  const strokes = parse(source);
  return { advance: advance / 1000, strokes, known: true, stems: straights(strokes, 0), bars: straights(strokes, 1) };
}

function small({ advance, strokes }: Glyph): Glyph {
  const raised = strokes.map(stroke => stroke.map((value, i) => value * RAISED_SIZE + (i % 2) * RAISED_BY));
  return { advance: advance * RAISED_SIZE, strokes: raised, known: true, stems: [], bars: [] };
}

const LINES = [DESCENDER, 0, SMALL_HEIGHT, CAPITAL_HEIGHT];
/** Shortest stretch that counts as a stem or bar. */
const STRETCH = 100;
/** Places nearer than this are fitted as one. */
const APART = 60;

/**
 * Where strokes run along the other axis for a while, or turn round (the sides of a bowl): ascending, well apart.
 * @param axis 0: x of stems, 1: y of bars
 */
function straights(strokes: readonly Stroke[], axis: 0 | 1): number[] {
  const found: number[] = [];
  for (const stroke of strokes) {
    const count = stroke.length / 2;
    const at = (point: number): number => stroke[2 * point + axis];
    for (let point = 1; point < count; point++) {
      const along = Math.abs(stroke[2 * point + 1 - axis] - stroke[2 * point - 1 - axis]);
      if (at(point) === at(point - 1) && along >= STRETCH) found.push(at(point));
      const turns = point + 1 < count && (at(point) - at(point - 1)) * (at(point + 1) - at(point)) < 0;
      if (turns && count > 4) found.push(at(point));
    }
    // The lines that all letters stand on and reach up to hold where only a point touches them, too.
    if (axis === 1) found.push(...LINES.filter(line => stroke.some((value, i) => i % 2 === 1 && value === line)));
  }
  const sorted = found.sort((a, b) => a - b);
  return sorted.filter((place, i) => i === 0 || place - sorted[i - 1] >= APART);
}

/** Straight pieces per curve: smooth up to letters of 60 pixels. */
const PIECES = 8;
/** Control points of a quarter of an ellipse. */
const QUARTER = 0.5523;

/** Strokes as polylines, in thousandths of the font size. */
function parse(source: string): Stroke[] {
  const strokes: number[][] = [];
  const tokens = source.split(' ').filter(Boolean);
  let next = 0;
  let [x, y] = [0, 0];
  const number = (): number => Number(tokens[next++]);
  const to = (toX: number, toY: number): void => {
    [x, y] = [toX, toY];
    strokes.at(-1)!.push(x, y);
  };
  const curve = (x1: number, y1: number, x2: number, y2: number, x3: number, y3: number): void => {
    const [x0, y0] = [x, y];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      const s = 1 - t;
      const [a, b, c, d] = [s ** 3, 3 * s * s * t, 3 * s * t * t, t ** 3];
      to(a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3);
    }
  };
  while (next < tokens.length) {
    const command = tokens[next++];
    if (command === 'M') {
      strokes.push([]);
      to(number(), number());
    } else if (command === 'L') to(number(), number());
    else if (command === 'H') to(number(), y);
    else if (command === 'V') to(x, number());
    else if (command === 'C') curve(number(), number(), number(), number(), number(), number());
    else {
      const [toX, toY] = [number(), number()];
      const [dx, dy] = [QUARTER * (toX - x), QUARTER * (toY - y)];
      if (command === 'h') curve(x + dx, y, toX, toY - dy, toX, toY);
      else curve(x, y + dy, toX - dx, toY, toX, toY);
    }
  }
  return strokes.map(stroke => Float64Array.from(stroke));
}
