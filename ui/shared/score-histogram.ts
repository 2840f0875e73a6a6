// Scores as a drawing: bars for normal segments, an outline for the last ones, a line with a handle for the threshold.
import { linearScale, type Scale } from '../../src/charts/scale';
import type { Histogram } from '../../src/stats/histogram';
import { h } from './dom';
import type { Plot } from './plot';

export const MARGIN = { left: 10, right: 10, top: 18, bottom: 22 };
const BINS = 48;
/** Pixels for a mark. */
const MARK_WIDTH = 60;

export type Range = readonly [from: number, to: number];

/** How scores look in the drawing, for its legend. */
export const swatch = (kind: 'normal' | 'recent'): HTMLElement =>
  h('span', { class: `earshot-swatch earshot-swatch-${kind}`, 'aria-hidden': 'true' });

/**
 * The scores that an axis shows: all normal ones, nearly all of the last ones, and room right of the threshold.
 * @param normal scores of normal segments, where there are any
 * @param recent the last scores
 * @param threshold where there is one
 */
export function rangeOf(normal: Histogram | undefined, recent: readonly number[], threshold?: number): Range {
  const sorted = Float64Array.from(recent).sort();
  const most = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0;
  const known = [normal?.min, sorted[0], threshold].filter(score => score !== undefined);
  const least = known.length > 0 ? Math.min(...known) : 0;
  const limit = threshold ?? normal?.max ?? least;
  const top = Math.max(normal?.max ?? least, Math.min(most, 4 * limit), limit + 0.6 * (limit - least));
  // Room on both sides, but not below zero where no score is.
  const room = 0.15 * (top - least) || 0.1 * Math.abs(top) || 1;
  return [least >= 0 ? Math.max(0, least - room) : least - room, top + 0.3 * room];
}

const placeOf = ({ left, right }: Plot, scale: Scale, score: number): number => left + scale.at(score) * (right - left);

/**
 * Draws the axis, the bars and the outline.
 * @returns how many of the last scores lie beyond the right end
 */
export function drawScores(
  plot: Plot,
  [from, to]: Range,
  normal: Histogram | undefined,
  recent: readonly number[],
): number {
  const { left, right, top, bottom, colours, context } = plot;
  const scale = linearScale(from, to);
  const x = (score: number): number => placeOf(plot, scale, score);
  const marks = scale.ticks((right - left) / MARK_WIDTH);
  plot.bottomAxis(marks.map(({ at, label }) => [left + at * (right - left), label]));
  if (normal) {
    const width = Math.max(1.5, (x(normal.max) - x(normal.min)) / normal.shares.length);
    const most = Math.max(...normal.shares);
    context.fillStyle = colours.bar;
    normal.shares.forEach((share, i) => {
      const height = (share / most) * (bottom - top);
      const at = normal.min + ((normal.max - normal.min) * i) / normal.shares.length;
      context.fillRect(x(at), bottom - height, width, height);
    });
  }
  const beyond = recent.length > 0 ? drawOutline(plot, scale, recent) : 0;
  plot.line([left, bottom + 0.5], [right, bottom + 0.5], colours.frame);
  return beyond;
}

function drawOutline(plot: Plot, scale: Scale, scores: readonly number[]): number {
  const { left, right, top, bottom, colours, context } = plot;
  const bins = new Float64Array(BINS);
  let beyond = 0;
  for (const score of scores) {
    const bin = Math.floor(scale.at(score) * BINS);
    if (bin < BINS) bins[Math.max(0, bin)]++;
    else beyond++;
  }
  const most = Math.max(1, ...bins);
  const binWidth = (right - left) / BINS;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(left, bottom);
  bins.forEach((amount, i) => {
    const y = bottom - (amount / most) * (bottom - top);
    context.lineTo(left + i * binWidth, y);
    context.lineTo(left + (i + 1) * binWidth, y);
  });
  context.lineTo(right, bottom);
  context.stroke();
  return beyond;
}

/** Where the threshold in force lies, while another one is tried. */
export function drawFormerThreshold(plot: Plot, [from, to]: Range, threshold: number): void {
  const { top, bottom, colours } = plot;
  const x = placeOf(plot, linearScale(from, to), threshold);
  plot.line([x, top], [x, bottom], colours.muted, { dash: [3, 3] });
}

/** Draws the threshold, at the edge where it lies beyond it. */
export function drawThreshold(plot: Plot, [from, to]: Range, threshold: number): void {
  const { context, left, right, top, bottom, colours } = plot;
  const x = Math.min(right, Math.max(left, placeOf(plot, linearScale(from, to), threshold)));
  plot.line([x, top - 6], [x, bottom], colours.bad, { width: 2 });
  context.fillStyle = colours.bad;
  context.beginPath();
  context.moveTo(x - 6, top - 12);
  context.lineTo(x + 6, top - 12);
  context.lineTo(x + 6, top - 6);
  context.lineTo(x, top);
  context.lineTo(x - 6, top - 6);
  context.fill();
}
