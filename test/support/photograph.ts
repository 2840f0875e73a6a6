// Photographs for the documentation: screenshots with few colours, so that they are small, that carry the words which
// could be read on what was photographed. A later test reads the words again and knows whether the picture is still true.
import { deflateSync, inflateSync } from 'node:zlib';
import { encodePng } from '#src/charts/png';
import { chunksOf, pngOf } from './png';

/** A picture as rows of 0xRRGGBB, from the top. */
interface Pixels {
  width: number;
  height: number;
  colours: Uint32Array;
}

/** Of the PNG specification's international text: keyword, not compressed, neither language nor translation. */
const WORDS_HEAD = Buffer.from('Words\0\0\0\0\0', 'latin1');
const MAX_COLOURS = 256;

/** A screenshot made small, with the words on it. */
export function photograph(screenshot: Buffer, words: readonly string[]): Buffer {
  const { width, height, colours } = pixelsOf(screenshot);
  const chunks = chunksOf(encodePng(width, height, withFewColours(colours, MAX_COLOURS)));
  const data = deflateSync(inflateSync(chunks.get('IDAT')!), { level: 9 });
  const text = Buffer.concat([WORDS_HEAD, Buffer.from(words.join('\n'), 'utf8')]);
  chunks.delete('IEND');
  return pngOf(new Map([...chunks, ['IDAT', data], ['iTXt', text], ['IEND', Buffer.alloc(0)]]));
}

/** The words that a photograph carries; undefined where it carries none. */
export function wordsOf(photo: Buffer): string[] | undefined {
  const text = chunksOf(photo).get('iTXt');
  if (!text?.subarray(0, WORDS_HEAD.length).equals(WORDS_HEAD)) return undefined;
  return text.toString('utf8', WORDS_HEAD.length).split('\n');
}

/** Reads a PNG as browsers write it: true colour, with or without alpha (which is dropped), 8 bits, rows filtered. */
function pixelsOf(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || !bytes || header[12] !== 0) throw new Error('expected 8 bits of true colour, not interlaced');
  const rows = inflateSync(chunks.get('IDAT')!);
  const stride = width * bytes;
  const colours = new Uint32Array(width * height);
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const row = rows.subarray(start + 1, start + 1 + stride);
    unfilter(rows[start], row, above, bytes);
    for (let x = 0; x < width; x++) colours[y * width + x] = row.readUIntBE(x * bytes, 3);
    above = row;
  }
  return { width, height, colours };
}

/** Undoes a row's filter in place (PNG specification, 9.2). */
function unfilter(kind: number, row: Buffer, above: Buffer, bytes: number): void {
  for (let i = 0; i < row.length; i++) {
    const left = i < bytes ? 0 : row[i - bytes];
    const upperLeft = i < bytes ? 0 : above[i - bytes];
    const guess = [0, left, above[i], (left + above[i]) >> 1, paeth(left, above[i], upperLeft)][kind];
    row[i] += guess;
  }
}

function paeth(left: number, above: number, upperLeft: number): number {
  const [a, b, c] = [left, above, upperLeft].map(value => Math.abs(left + above - upperLeft - value));
  if (a <= b && a <= c) return left;
  return b <= c ? above : upperLeft;
}

/** Colours that are replaced by one, and how many pixels have each. */
type Box = [colour: number, count: number][];

const CHANNELS = [16, 8, 0];
const channel = (colour: number, shift: number): number => (colour >> shift) & 0xff;

/** The same picture in at most `most` colours: median cut (Heckbert, 1982), parting the box with the largest error. */
function withFewColours(colours: Uint32Array, most: number): Uint32Array {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const boxes: { box: Box; spread: number; shift: number }[] = [spreadOf([...counts])];
  while (boxes.length < most) {
    const widest = boxes.reduce((a, b) => (b.spread > a.spread ? b : a));
    if (widest.spread === 0) break;
    const [low, high] = cut(widest.box, widest.shift);
    boxes.splice(boxes.indexOf(widest), 1, spreadOf(low), spreadOf(high));
  }
  const replaced = new Map<number, number>();
  for (const { box } of boxes) for (const [colour] of box) replaced.set(colour, represent(box));
  return colours.map(colour => replaced.get(colour)!);
}

/** In which channel a box is widest, and how much that is: squared, by the square root of its pixels. */
function spreadOf(box: Box): { box: Box; spread: number; shift: number } {
  const pixels = Math.sqrt(box.reduce((sum, [, count]) => sum + count, 0));
  const widths = CHANNELS.map(shift => {
    let [least, most] = [255, 0];
    for (const [colour] of box) {
      const value = channel(colour, shift);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least;
  });
  const width = Math.max(...widths);
  return { box, spread: width ** 2 * pixels, shift: CHANNELS[widths.indexOf(width)] };
}

/** Two halves with about as many pixels each. */
function cut(box: Box, shift: number): [Box, Box] {
  const sorted = box.toSorted(([a], [b]) => channel(a, shift) - channel(b, shift));
  const half = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
  let [end, sum] = [0, 0];
  while (end < sorted.length - 1 && sum < half) sum += sorted[end++][1];
  return [sorted.slice(0, Math.max(1, end)), sorted.slice(Math.max(1, end))];
}

/** The colour of most of a box's pixels, else their mean: backgrounds stay what they are. */
function represent(box: Box): number {
  const pixels = box.reduce((sum, [, count]) => sum + count, 0);
  const [colour, count] = box.reduce((a, b) => (b[1] > a[1] ? b : a));
  if (2 * count > pixels) return colour;
  const mean = (shift: number) => box.reduce((sum, [c, n]) => sum + n * channel(c, shift), 0) / pixels;
  return CHANNELS.reduce((sum, shift) => sum + (Math.round(mean(shift)) << shift), 0);
}
