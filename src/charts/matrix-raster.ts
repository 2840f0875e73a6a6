// A matrix of values (a spectrogram, an error) as a picture: pooled where it has more elements than pixels, then
// divided into the steps of a colour scale.
import { type ColourMap, paletteOf } from './colour-maps';
import { extremes } from './scale';
import type { Raster } from './surface';

export type Range = [low: number, high: number];

/** Steps of the colour scale: finer than the eye tells apart. */
const STEPS = 128;

export interface Matrix {
  /** Row-major [bins][frames], lowest frequency first. */
  values: Float32Array;
  bins: number;
  frames: number;
}

/**
 * At most `width`×`height` elements, upside down (the highest frequency on top). Where several elements share a pixel it
 * shows their mean, or their maximum, so that short events do not vanish.
 */
export function rasterOf(
  { values, bins, frames }: Matrix,
  { width, height }: { width: number; height: number },
  how: 'mean' | 'max',
  [low, high]: Range,
  map: ColourMap,
): Raster {
  const [columns, rows] = [Math.min(frames, Math.round(width)), Math.min(bins, Math.round(height))];
  const [columnEdges, rowEdges] = [edges(frames, columns), edges(bins, rows)];
  const factor = high > low ? (STEPS - 1) / (high - low) : 0;
  const steps = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [fromRow, toRow] = [rowEdges[rows - 1 - row], rowEdges[rows - row]];
    for (let column = 0; column < columns; column++) {
      const value = pooled(values, frames, fromRow, toRow, columnEdges[column], columnEdges[column + 1], how);
      steps[row * columns + column] = Math.max(0, Math.min(STEPS - 1, (value - low) * factor + 0.5));
    }
  }
  return { columns, rows, values: steps, palette: paletteOf(map, STEPS) };
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

/** The first of `count` elements that each of `parts` shows, and `count` at the end. */
function edges(count: number, parts: number): Int32Array {
  return Int32Array.from({ length: parts + 1 }, (_, i) => Math.floor((i * count) / parts));
}

/** Sampled values say enough about the lower end, in a fraction of the time. */
const RANGE_SAMPLES = 4096;
const LOW_QUANTILE = 0.05;

/** Darkest and brightest value. Padding (the lowest value, many times) and single dropouts do not count. */
export function shownRange(values: Float32Array): Range {
  // Odd, so that it does not meet the same columns in every row.
  const step = Math.floor(values.length / RANGE_SAMPLES) | 1;
  const sampled = Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]).sort();
  const heard = sampled.filter(value => value > sampled[0]);
  const low = heard.length > 0 ? heard[Math.floor(LOW_QUANTILE * heard.length)] : sampled[0];
  return [low, extremes(values)[1]];
}
