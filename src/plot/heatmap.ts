// The picture that goes with an alert: above the spectrogram that was heard, below what the model did not expect of
// it, on the same axes. Made to be read in a mail on a phone, so with few and large letters.
import { UserError } from '../errors';
import type { AudioInfo, SpectrogramInfo } from '../messages';
import { frequencyAxis, timeTicks } from './axis';
import { Canvas, textWidth } from './canvas';
import { colourScale } from './colour-maps';
import { encodePng } from './png';

const WIDTH = 600;
const HEIGHT = 420;
const LEFT = 62;
const RIGHT = 14;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = 142;
const UPPER_TOP = 64;
const LOWER_TOP = 240;
const TICK = 4;
const FONT = 2;
const LETTER_HEIGHT = 7 * FONT;

/** The palette: a colour scale for each panel, then ink. */
const STEPS = 120;
const VIRIDIS = 0;
const MAGMA = STEPS;
const WHITE = 2 * STEPS;
const INK = WHITE + 1;
const MUTED = WHITE + 2;
const PALETTE: [number, number, number][] = [
  ...colourScale('viridis', STEPS),
  ...colourScale('magma', STEPS),
  [255, 255, 255],
  [31, 35, 40],
  [99, 110, 123],
];

/** Errors are drawn relative to at least this difference on the model's 0…1 scale, so that normal pictures stay dark. */
const LEAST_DIFFERENCE = 0.2;

/**
 * @param picture the spectrogram, row-major [bins][frames], lowest frequency first
 * @param error squared error per element, same shape; its mean is the score in the title
 * @returns a PNG of 600×420
 * @throws UserError `payload-size` where a length does not fit the shape
 */
export function explanationPicture(
  picture: Float32Array,
  error: Float32Array,
  info: SpectrogramInfo,
  audio?: AudioInfo,
): Buffer {
  const [bins, frames] = info.shape;
  for (const values of [picture, error]) {
    if (values.length !== bins * frames) {
      throw new UserError('payload-size', `${values.length} values for a picture of ${bins}×${frames}.`);
    }
  }
  const canvas = new Canvas(WIDTH, HEIGHT, WHITE);
  drawTitle(canvas, mean(error), audio);
  drawHeading(canvas, UPPER_TOP, 'Heard', ['quiet', 'loud'], VIRIDIS);
  drawPanel(canvas, UPPER_TOP, resample(picture, bins, frames, 'mean'), shownRange(picture), VIRIDIS);
  drawHeading(canvas, LOWER_TOP, 'Not expected', ['little', 'much'], MAGMA);
  const differences = new Float32Array(error.length);
  for (let i = 0; i < error.length; i++) differences[i] = Math.sqrt(error[i]);
  const range: Range = [0, Math.max(LEAST_DIFFERENCE, highest(differences))];
  drawPanel(canvas, LOWER_TOP, resample(differences, bins, frames, 'max'), range, MAGMA);
  drawAxes(canvas, info);
  return encodePng(WIDTH, HEIGHT, canvas.pixels, PALETTE);
}

function drawTitle(canvas: Canvas, score: number, audio?: AudioInfo): void {
  const title = `score ${score.toPrecision(3)}`;
  canvas.text(title, LEFT, 10, INK, FONT);
  canvas.text(title, LEFT + 1, 10, INK, FONT); // bold
  if (!audio) return;
  const room = PLOT_WIDTH - textWidth(`${title}  `, FONT);
  const when = Number.isFinite(audio.startedAt) ? clock(new Date(audio.startedAt)) : '';
  const where = shorten(baseName(String(audio.source ?? '')), room - textWidth(`  ${when}`, FONT));
  const text = [where, when].filter(part => part !== '').join('  ');
  canvas.text(text, WIDTH - RIGHT - textWidth(text, FONT), 10, MUTED, FONT);
}

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
const baseName = (source: string): string => source.split(/[\\/]/).at(-1) ?? source;

/** Cuts a text in the middle until it fits: a file's end tells as much as its beginning. */
function shorten(text: string, width: number): string {
  if (textWidth(text, FONT) <= width) return text;
  const letters = Math.floor((width / FONT + 1) / 6) - 2;
  if (letters < 4) return '';
  const head = Math.ceil(letters / 2);
  return `${text.slice(0, head)}..${text.slice(text.length - (letters - head))}`;
}

function drawHeading(canvas: Canvas, top: number, text: string, ends: [string, string], firstColour: number): void {
  const y = top - LETTER_HEIGHT - 8;
  canvas.text(text, LEFT, y, INK, FONT);
  const barWidth = STEPS;
  const [low, high] = ends;
  let x = WIDTH - RIGHT - textWidth(`${low}${high}`, FONT) - barWidth - 18;
  canvas.text(low, x, y, MUTED, FONT);
  x += textWidth(low, FONT) + 8;
  for (let step = 0; step < barWidth; step++) canvas.fill(x + step, y, 1, LETTER_HEIGHT, firstColour + step);
  canvas.text(high, WIDTH - RIGHT - textWidth(high, FONT), y, MUTED, FONT);
}

type Range = [low: number, high: number];

function drawPanel(canvas: Canvas, top: number, pixels: Float32Array, [low, high]: Range, firstColour: number): void {
  const factor = high > low ? (STEPS - 1) / (high - low) : 0;
  for (let y = 0; y < PLOT_HEIGHT; y++) {
    const row = (top + y) * canvas.width + LEFT;
    for (let x = 0; x < PLOT_WIDTH; x++) {
      const step = (pixels[y * PLOT_WIDTH + x] - low) * factor + 0.5;
      canvas.pixels[row + x] = firstColour + Math.max(0, Math.min(STEPS - 1, step));
    }
  }
  canvas.frame(LEFT, top, PLOT_WIDTH, PLOT_HEIGHT, MUTED);
}

/**
 * Brings a picture to the panel's size, upside down (row 0 on top is the highest frequency). Where several elements
 * share a pixel it shows their mean, or their maximum, so that short events do not vanish.
 */
function resample(values: Float32Array, bins: number, frames: number, how: 'mean' | 'max'): Float32Array {
  const out = new Float32Array(PLOT_WIDTH * PLOT_HEIGHT);
  const columns = edges(frames, PLOT_WIDTH);
  const rows = edges(bins, PLOT_HEIGHT);
  for (let y = 0; y < PLOT_HEIGHT; y++) {
    const fromRow = rows[PLOT_HEIGHT - 1 - y];
    const toRow = Math.max(fromRow + 1, rows[PLOT_HEIGHT - y]);
    for (let x = 0, at = y * PLOT_WIDTH; x < PLOT_WIDTH; x++, at++) {
      const from = columns[x];
      const to = Math.max(from + 1, columns[x + 1]);
      // A frame is usually several pixels wide: the same value as on its left.
      if (x > 0 && columns[x - 1] === from) out[at] = out[at - 1];
      else out[at] = pooled(values, frames, fromRow, toRow, from, to, how);
    }
  }
  return out;
}

/** Mean or maximum over the rows and columns from … to (exclusive). */
function pooled(
  values: Float32Array,
  frames: number,
  fromRow: number,
  toRow: number,
  from: number,
  to: number,
  how: 'mean' | 'max',
): number {
  let sum = 0;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = fromRow; row < toRow; row++) {
    for (let i = row * frames + from; i < row * frames + to; i++) {
      sum += values[i];
      if (values[i] > max) max = values[i];
    }
  }
  return how === 'max' ? max : sum / ((toRow - fromRow) * (to - from));
}

/** The first of `count` elements that each of `pixels` shows, and `count` at the end. */
function edges(count: number, pixels: number): Int32Array {
  return Int32Array.from({ length: pixels + 1 }, (_, i) => Math.floor((i * count) / pixels));
}

/** Sampled values say enough about the lower end, in a fraction of the time. */
const RANGE_SAMPLES = 4096;
const LOW_QUANTILE = 0.05;

/** Darkest and brightest value. Padding (the lowest value, many times) and single dropouts do not count. */
function shownRange(values: Float32Array): Range {
  // Odd, so that it does not meet the same columns in every row.
  const step = Math.floor(values.length / RANGE_SAMPLES) | 1;
  const sampled = Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]).sort();
  const heard = sampled.filter(value => value > sampled[0]);
  const low = heard.length > 0 ? heard[Math.floor(LOW_QUANTILE * heard.length)] : sampled[0];
  return [low, highest(values)];
}

function drawAxes(canvas: Canvas, info: SpectrogramInfo): void {
  const { unit, ticks } = frequencyAxis(info);
  for (const top of [UPPER_TOP, LOWER_TOP]) {
    canvas.text(unit, LEFT - TICK - 6 - textWidth(unit, FONT), top - LETTER_HEIGHT - 8, MUTED, FONT);
    for (const { at, label } of ticks) {
      const y = top + Math.round((1 - at) * (PLOT_HEIGHT - 1));
      canvas.fill(LEFT - TICK - 1, y, TICK, 1, MUTED);
      const textTop = Math.min(top + PLOT_HEIGHT - LETTER_HEIGHT, Math.max(top, y - LETTER_HEIGHT / 2 + 1));
      canvas.text(label, LEFT - TICK - 6 - textWidth(label, FONT), textTop, INK, FONT);
    }
  }
  const seconds = (info.shape[1] * info.hopLength) / info.sampleRate;
  const bottom = LOWER_TOP + PLOT_HEIGHT;
  const end = WIDTH - RIGHT - textWidth('s', FONT);
  canvas.text('s', end, bottom + 10, MUTED, FONT);
  for (const { at, label } of timeTicks(seconds, 9)) {
    const x = LEFT + Math.round(at * (PLOT_WIDTH - 1));
    for (const y of [UPPER_TOP + PLOT_HEIGHT + 1, bottom + 1]) canvas.fill(x, y, 1, TICK, MUTED);
    const width = textWidth(label, FONT);
    const left = Math.max(LEFT - 4, x - Math.floor(width / 2));
    if (left + width < end - 12) canvas.text(label, left, bottom + 10, INK, FONT);
  }
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function highest(values: Float32Array): number {
  let max = values[0];
  for (let i = 0; i < values.length; i++) if (values[i] > max) max = values[i];
  return max;
}
