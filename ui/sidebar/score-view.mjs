// The score over time with the threshold that was in force, anomalies marked by their shape as well as their colour.
import { formatScore, formatTick, formatTime, h, t } from './dom.mjs';
import { logValues, niceValues, Plot } from './plot.mjs';
import { ANOMALY } from './score-store.mjs';

const MARGIN = { left: 46, right: 6, top: 8, bottom: 22 };
const SPANS = [600, 3600, 8 * 3600];
/** What is shown before there are scores of a whole span: or they would all stand at the right edge. */
const SHORT_SPANS = [60, 120, 300, 600, 1200, 3600, 7200, 14_400];
/** Scores this many times larger than others are drawn on a logarithmic scale. */
const LOG_FROM = 12;
/** A gap this many times longer than usual is not bridged by the curve. */
const GAP = 4;

export class ScoreView {
  constructor(store) {
    this.store = store;
    this.span = SPANS[0];
    this.name = '';
    this.plot = new Plot({ height: 140, margin: MARGIN }, plot => this.draw(plot));
    const buttons = SPANS.map(seconds =>
      h(
        'button',
        {
          type: 'button',
          class: 'red-ui-button red-ui-button-small',
          'aria-pressed': String(seconds === this.span),
          onclick: event => this.choose(seconds, event.currentTarget),
        },
        t(`score.span.${seconds}`),
      ),
    );
    this.spans = h('div', { class: 'earshot-spans', role: 'group', 'aria-label': t('score.spans') }, ...buttons);
    this.element = h('div', {}, this.plot.canvas, this.spans);
  }

  choose(seconds, button) {
    this.span = seconds;
    for (const other of this.spans.children) other.setAttribute('aria-pressed', String(other === button));
    this.plot.redraw();
  }

  redraw() {
    this.plot.redraw();
  }

  draw(plot) {
    const { store } = this;
    const { left, right, top, bottom, colours, context } = plot;
    const now = Date.now();
    const since = now - 1000 * this.span;
    const points = [];
    store.forEach(since, (at, score, threshold, verdict) => points.push({ at, score, threshold, verdict }));
    plot.frame();
    if (points.length === 0) {
      plot.empty(t('score.none'));
      plot.describe(t('score.none'));
      return;
    }
    const span = SHORT_SPANS.find(seconds => seconds < this.span && points[0].at > now - 1000 * seconds) ?? this.span;
    const scale = scaleOf(points, top + 4, bottom);
    const x = at => right - ((now - at) / 1000 / span) * (right - left);
    plot.leftAxis(scale.marks(Math.max(2, Math.floor((bottom - top) / 28))));
    plot.bottomAxis(timeMarks(now, span, (right - left) / 70).map(at => [x(at), formatTime(at, span < 600)]));

    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    const usual = usualStep(points);
    const trace = (value, colour, { width = 1.5, dash = [] } = {}) => {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      let before;
      for (const point of points) {
        const level = value(point);
        if (Number.isNaN(level)) before = undefined;
        else {
          if (before && point.at - before.at < GAP * usual) context.lineTo(x(point.at), scale.y(level));
          else context.moveTo(x(point.at), scale.y(level));
          before = point;
        }
      }
      context.stroke();
      context.setLineDash([]);
    };
    trace(({ score }) => score, colours.curve);
    trace(({ threshold }) => threshold, colours.ink, { width: 1.25, dash: [5, 3] });
    for (const { at, score, verdict } of points)
      if (verdict === ANOMALY) mark(context, x(at), scale.y(score), colours.bad);
    const last = points.at(-1);
    if (last.verdict !== ANOMALY) dot(context, x(last.at), scale.y(last.score), colours.curve);
    context.restore();
    if (!Number.isNaN(last.threshold)) {
      plot.text(t('score.threshold'), left + 5, scale.y(last.threshold) - 7, { colour: colours.ink });
    }
    const anomalies = points.filter(({ verdict }) => verdict === ANOMALY).length;
    const key = Number.isNaN(last.threshold) ? 'score.describedAlone' : 'score.described';
    plot.describe(
      t(key, {
        ...{ name: this.name, count: points.length, span: t(`score.span.${this.span}`), anomalies },
        ...{ score: formatScore(last.score), threshold: formatScore(last.threshold) },
      }),
    );
  }
}

/** Linear from 0, or logarithmic where a few scores would press all others flat. */
function scaleOf(points, top, bottom) {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { score, threshold } of points) {
    for (const value of [score, threshold]) {
      if (value > most) most = value;
      if (value < least) least = value;
    }
  }
  if (least > 0 && most / least > LOG_FROM) {
    const [from, to] = [Math.log(least / 1.3), Math.log(most * 1.3)];
    const y = value => bottom - ((Math.log(Math.max(value, 1e-30)) - from) / (to - from)) * (bottom - top);
    return { y, marks: () => logValues(Math.exp(from), Math.exp(to)).map(value => [y(value), formatTick(value)]) };
  }
  const [from, to] = [Math.min(0, least), (most || 1) * 1.15];
  const y = value => bottom - ((value - from) / (to - from)) * (bottom - top);
  return { y, marks: most => niceValues(from, to, most).map(value => [y(value), formatTick(value)]) };
}

const usualStep = points => {
  const steps = points
    .slice(1)
    .map(({ at }, i) => at - points[i].at)
    .sort((a, b) => a - b);
  return Math.max(1000, steps[Math.floor(steps.length / 2)] ?? 1000);
};

const MINUTE = 60_000;
const TIME_STEPS = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240].map(minutes => minutes * MINUTE);

/** Round times of the clock, at most `most` of them. */
function timeMarks(now, span, most) {
  const step = TIME_STEPS.find(candidate => (1000 * span) / candidate <= most) ?? TIME_STEPS.at(-1);
  const offset = new Date(now).getTimezoneOffset() * MINUTE;
  const marks = [];
  for (let at = Math.ceil((now - 1000 * span - offset) / step) * step + offset; at <= now; at += step) marks.push(at);
  return marks;
}

function mark(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 4.5, y + 3.5);
  context.lineTo(x - 4.5, y + 3.5);
  context.fill();
}

function dot(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fill();
}
