// The score over time with the threshold that was in force, anomalies marked by their shape as well as their colour.
import type { HistoryEntry, ScoreHistory } from '../../src/alarm/score-history';
import { clockScale, linearScale, logScale, type Scale } from '../../src/charts/scale';
import { formatScore } from '../../src/formats';
import { button, h } from '../shared/dom';
import { Plot } from '../shared/plot';
import { t } from '../shared/texts';
import { scoreOrDash } from '../shared/words';

const MARGIN = { left: 46, right: 6, top: 8, bottom: 22 };
const SPANS = [600, 3600, 28_800] as const;
type Span = (typeof SPANS)[number];
/** What is shown before there are scores of a whole span: or they would all stand at the right edge. */
const SHORT_SPANS = [60, 120, 300, 600, 1200, 3600, 7200, 14_400];
/** Scores this many times larger than others are drawn on a logarithmic scale. */
const LOG_FROM = 12;
/** A gap this many times longer than usual is not bridged by the curve. */
const GAP = 4;
/** Pixels for a mark. */
const MARK = { width: 70, height: 28 };

/** From times and values to pixels. */
interface Places {
  x(at: number): number;
  y(value: number): number;
}

export class ScoreView {
  readonly element: HTMLElement;
  readonly plot: Plot;
  /** Of the model, for those who do not see it. */
  name = '';
  private span: Span = SPANS[0];
  private readonly buttons: HTMLElement[];

  constructor(private readonly history: ScoreHistory) {
    this.plot = new Plot({ height: 140, margin: MARGIN }, plot => this.draw(plot));
    this.buttons = SPANS.map(seconds => {
      const attributes = { class: 'red-ui-button red-ui-button-small', 'aria-pressed': String(seconds === this.span) };
      return button(() => this.choose(seconds), attributes, t(`score.span.${seconds}`));
    });
    const spans = h('div', { class: 'earshot-spans', role: 'group', 'aria-label': t('score.spans') }, ...this.buttons);
    this.element = h('div', {}, this.plot.canvas, spans);
  }

  private choose(span: Span): void {
    this.span = span;
    this.buttons.forEach((other, i) => {
      other.setAttribute('aria-pressed', String(SPANS[i] === span));
    });
    this.plot.redraw();
  }

  private draw(plot: Plot): void {
    const { left, right, top, bottom, colours } = plot;
    const now = Date.now();
    const points = [...this.history.entries(now - 1000 * this.span)];
    plot.frame();
    if (points.length === 0) {
      plot.empty(t('score.none'));
      plot.describe(t('score.none'));
      return;
    }
    const span = SHORT_SPANS.find(seconds => seconds < this.span && points[0].at > now - 1000 * seconds) ?? this.span;
    const scale = scaleOf(points);
    const time = clockScale(now - 1000 * span, now);
    const places: Places = {
      x: at => left + time.at(at) * (right - left),
      y: value => bottom - scale.at(value) * (bottom - top - 4),
    };
    const marks = scale.ticks(Math.max(2, Math.floor((bottom - top - 4) / MARK.height)));
    plot.leftAxis(marks.map(({ at, label }) => [bottom - at * (bottom - top - 4), label]));
    const times = time.ticks((right - left) / MARK.width);
    plot.bottomAxis(times.map(({ at, label }) => [left + at * (right - left), label]));
    this.drawCurves(plot, points, places);
    const last = points[points.length - 1];
    if (!Number.isNaN(last.threshold)) {
      plot.text(t('score.threshold'), left + 5, places.y(last.threshold) - 7, { colour: colours.ink });
    }
    plot.describe(this.words(points, last));
  }

  private words(points: readonly HistoryEntry[], last: HistoryEntry): string {
    const anomalies = points.filter(({ verdict }) => verdict === 'anomaly').length;
    return t(Number.isNaN(last.threshold) ? 'score.describedAlone' : 'score.described', {
      ...{ name: this.name, count: points.length, span: t(`score.span.${this.span}`), anomalies },
      ...{ score: formatScore(last.score), threshold: scoreOrDash(last.threshold) },
    });
  }

  private drawCurves(plot: Plot, points: readonly HistoryEntry[], { x, y }: Places): void {
    const { left, right, top, bottom, colours, context } = plot;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    const longest = GAP * usualStep(points);
    const trace = (levelOf: (point: HistoryEntry) => number): void => {
      context.beginPath();
      let before: HistoryEntry | undefined;
      for (const point of points) {
        const value = levelOf(point);
        const place = [x(point.at), y(value)] as const;
        if (Number.isNaN(value)) before = undefined;
        else {
          if (before && point.at - before.at < longest) context.lineTo(...place);
          else context.moveTo(...place);
          before = point;
        }
      }
      context.stroke();
    };
    context.strokeStyle = colours.curve;
    context.lineWidth = 1.5;
    context.setLineDash([]);
    trace(({ score }) => score);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.25;
    context.setLineDash([5, 3]);
    trace(({ threshold }) => threshold);
    context.setLineDash([]);
    for (const { at, score, verdict } of points)
      if (verdict === 'anomaly') drawMark(context, x(at), y(score), colours.bad);
    const last = points[points.length - 1];
    if (last.verdict !== 'anomaly') drawDot(context, x(last.at), y(last.score), colours.curve);
    context.restore();
  }
}

/** Linear from 0, or logarithmic where a few scores would press all others flat. */
function scaleOf(points: readonly HistoryEntry[]): Scale {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { score, threshold } of points) {
    for (const value of [score, threshold]) {
      if (value > most) most = value;
      if (value < least) least = value;
    }
  }
  if (least > 0 && most / least > LOG_FROM) return logScale(least / 1.3, most * 1.3);
  return linearScale(Math.min(0, least), (most || 1) * 1.15);
}

/** Milliseconds from one score to the next, as a rule. */
function usualStep(points: readonly HistoryEntry[]): number {
  const steps = points
    .slice(1)
    .map(({ at }, i) => at - points[i].at)
    .sort((a, b) => a - b);
  return Math.max(1000, steps[Math.floor(steps.length / 2)] ?? 1000);
}

function drawMark(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 4.5, y + 3.5);
  context.lineTo(x - 4.5, y + 3.5);
  context.fill();
}

function drawDot(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fill();
}
