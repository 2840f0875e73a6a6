// Scores as a picture: bars for normal segments, an outline for the last ones, a line with a handle for the threshold.
import { formatTick, h } from './dom.mjs';
import { niceValues } from './plot.mjs';

export const MARGIN = { left: 10, right: 10, top: 18, bottom: 22 };
const BINS = 48;

/** How scores look in the picture, for its legend. @param {'normal' | 'recent'} kind */
export const swatch = kind => h('span', { class: `earshot-swatch earshot-swatch-${kind}`, 'aria-hidden': true });

/**
 * The scores that an axis shows: all normal ones, nearly all of the last ones, and room right of the threshold.
 * @param normal histogram of normal scores @param {number[]} recent the last scores @param threshold where there is one
 */
export function rangeOf(normal, recent, threshold) {
  const sorted = Float64Array.from(recent).sort();
  const most = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0;
  const known = [normal?.min, sorted[0], threshold].filter(Number.isFinite);
  const least = known.length > 0 ? Math.min(...known) : 0;
  const limit = threshold ?? normal?.max ?? least;
  const top = Math.max(normal?.max ?? least, Math.min(most, 4 * limit), limit + 0.6 * (limit - least));
  // Room on both sides, but not below zero where no score is.
  const room = 0.15 * (top - least) || 0.1 * Math.abs(top) || 1;
  return [least >= 0 ? Math.max(0, least - room) : least - room, top + 0.3 * room];
}

/** Where a score stands on the axis. */
export const placeOf = ({ left, right }, [from, to], score) => left + ((score - from) / (to - from)) * (right - left);

/**
 * Draws the axis, the bars and the outline.
 * @returns {number} how many of the last scores lie beyond the right end
 */
export function drawScores(plot, range, normal, recent) {
  const { left, right, top, bottom, colours, context } = plot;
  const [from, to] = range;
  const x = score => placeOf(plot, range, score);
  plot.bottomAxis(niceValues(from, to, (right - left) / 60).map(score => [x(score), formatTick(score)]));
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
  const bins = new Float64Array(BINS);
  let beyond = 0;
  for (const score of recent) {
    const bin = Math.floor(((score - from) / (to - from)) * BINS);
    if (bin < BINS) bins[Math.max(0, bin)]++;
    else beyond++;
  }
  if (recent.length > 0) {
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
  }
  plot.line(left, bottom + 0.5, right, bottom + 0.5, colours.frame);
  return beyond;
}

/** Draws the threshold, at the edge where it lies beyond it. */
export function drawThreshold(plot, range, threshold) {
  const { context, left, right, top, bottom, colours } = plot;
  const x = Math.min(right, Math.max(left, placeOf(plot, range, threshold)));
  plot.line(x, top - 6, x, bottom, colours.bad, { width: 2 });
  context.fillStyle = colours.bad;
  context.beginPath();
  context.moveTo(x - 6, top - 12);
  context.lineTo(x + 6, top - 12);
  context.lineTo(x + 6, top - 6);
  context.lineTo(x, top);
  context.lineTo(x - 6, top - 6);
  context.fill();
}
