// How normal segments score and how the last ones did, with the threshold to be dragged: what it would have done is
// counted while it moves. Taking it over writes it into the threshold node of the flow, as an edit that can be undone;
// it holds from the next deployment on, as any edit does.
import { formatDuration, formatScore, formatTick, h, setText, show, t } from './dom.mjs';
import { niceValues, Plot } from './plot.mjs';
import { countAlarms, countRaised, parseVotes } from './score-store.mjs';

const MARGIN = { left: 10, right: 10, top: 18, bottom: 22 };
const BINS = 48;
const STEPS = 200;
const REFRESH_MS = 1000;

export class ThresholdView {
  /** @param {(value: number) => void} apply */
  constructor(store, apply) {
    this.store = store;
    this.plot = new Plot({ height: 124, margin: MARGIN }, plot => this.draw(plot));
    this.slider = h('input', {
      type: 'range',
      class: 'earshot-threshold-slider',
      ...{ min: 0, max: STEPS, step: 1, 'aria-label': t('threshold.title') },
      'aria-describedby': 'earshot-threshold-words',
      oninput: () => this.move(this.valueAt(Number(this.slider.value) / STEPS)),
    });
    // Read out with the slider; as an announcement it would repeat itself with every score that comes in.
    this.words = h('div', { id: 'earshot-threshold-words', class: 'earshot-threshold-words' });
    this.note = h('div', { class: 'earshot-note' });
    this.applyButton = h(
      'button',
      { type: 'button', class: 'red-ui-button', onclick: () => apply(this.moved) },
      t('threshold.apply'),
    );
    this.resetButton = h(
      'button',
      { type: 'button', class: 'red-ui-button', onclick: () => this.reset() },
      t('threshold.reset'),
    );
    this.legend = h(
      'div',
      { class: 'earshot-legend' },
      h(
        'span',
        {},
        h('span', { class: 'earshot-swatch earshot-swatch-normal', 'aria-hidden': true }),
        t('threshold.normal'),
      ),
      h(
        'span',
        {},
        h('span', { class: 'earshot-swatch earshot-swatch-recent', 'aria-hidden': true }),
        t('threshold.recent'),
      ),
    );
    this.element = h(
      'div',
      {},
      h('div', { class: 'earshot-threshold' }, this.plot.canvas, this.slider),
      this.legend,
      this.words,
      h('div', { class: 'earshot-row' }, this.applyButton, this.resetButton),
      this.note,
    );
    this.refresh();
  }

  /**
   * @param normal histogram of the training scores; undefined before the first training
   * @param threshold what is in force: {node, value}
   * @param node the threshold node in the editor
   */
  update(normal, threshold, node) {
    if (threshold?.node !== this.threshold?.node) this.moved = undefined;
    Object.assign(this, { normal, threshold, node });
    // Counting through thousands of scores once a second is enough.
    this.timer ??= setTimeout(() => this.refresh(), REFRESH_MS);
  }

  refresh() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.moved === undefined) this.chooseRange();
    this.showWords();
  }

  /** The axis stays as it is while the threshold is moved. */
  chooseRange() {
    const { normal, threshold, store } = this;
    const recent = [];
    store.forEach(Number.NEGATIVE_INFINITY, (_at, score) => recent.push(score));
    recent.sort((a, b) => a - b);
    const most = recent[Math.floor(0.98 * (recent.length - 1))] ?? 0;
    const known = [normal?.min, recent[0], threshold?.value].filter(Number.isFinite);
    const least = known.length > 0 ? Math.min(...known) : 0;
    const limit = threshold?.value ?? normal?.max ?? least;
    const top = Math.max(normal?.max ?? least, Math.min(most, 4 * limit), limit + 0.6 * (limit - least));
    // Room on both sides, but not below zero where no score is.
    const room = 0.15 * (top - least) || 0.1 * Math.abs(top) || 1;
    this.range = [least >= 0 ? Math.max(0, least - room) : least - room, top + 0.3 * room];
  }

  reset() {
    this.moved = undefined;
    this.refresh();
  }

  move(value) {
    this.moved = value;
    this.showWords();
  }

  get value() {
    return this.moved ?? this.threshold?.value ?? this.normal?.max ?? this.range[1] / 2;
  }

  valueAt(share) {
    const [from, to] = this.range;
    return from + share * (to - from);
  }

  showWords() {
    const { store, node, value, moved, slider } = this;
    const [from, to] = this.range;
    const some = store.end > store.start || Boolean(this.normal);
    show(this.element, some);
    if (!some) return;
    if (document.activeElement !== slider || moved === undefined) {
      slider.value = String(Math.round((STEPS * (value - from)) / (to - from)));
    }
    slider.setAttribute('aria-valuetext', formatScore(value));
    const settings = { ...parseVotes(node?.votes), hysteresis: Number(node?.hysteresis) || 0 };
    const { alarms, scores, seconds } = countAlarms(store, value, settings);
    const values = { value: formatScore(value), alarms, span: formatDuration(seconds), had: countRaised(store) };
    if (scores === 0) setText(this.words, t('threshold.noScores', values));
    else setText(this.words, t(moved === undefined ? 'threshold.inForce' : 'threshold.would', values));
    this.slider.title = this.words.textContent;
    this.applyButton.disabled = moved === undefined || !node;
    this.resetButton.disabled = moved === undefined;
    setText(
      this.note,
      node ? t('threshold.how', { node: node.name || t('threshold.itsNode') }) : t('threshold.noNode'),
    );
    this.plot.redraw();
  }

  draw(plot) {
    const { left, right, top, bottom, colours, context } = plot;
    const { normal, store, value, threshold } = this;
    const [from, to] = this.range;
    const x = score => left + ((score - from) / (to - from)) * (right - left);
    const recent = new Float64Array(BINS);
    let [count, beyond] = [0, 0];
    store.forEach(Number.NEGATIVE_INFINITY, (_at, score) => {
      const bin = Math.floor(((score - from) / (to - from)) * BINS);
      if (bin < BINS) recent[Math.max(0, bin)]++;
      else beyond++;
      count++;
    });
    plot.bottomAxis(niceValues(from, to, (right - left) / 60).map(score => [x(score), formatTick(score)]));

    const binWidth = (right - left) / BINS;
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
    if (count > 0) {
      const most = Math.max(1, ...recent);
      context.strokeStyle = colours.ink;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(left, bottom);
      recent.forEach((amount, i) => {
        const y = bottom - (amount / most) * (bottom - top);
        context.lineTo(left + i * binWidth, y);
        context.lineTo(left + (i + 1) * binWidth, y);
      });
      context.lineTo(right, bottom);
      context.stroke();
    }
    if (beyond > 0)
      plot.text(t('threshold.beyond', { count: beyond }), right, top + 4, { align: 'right', colour: colours.ink });
    plot.line(left, bottom + 0.5, right, bottom + 0.5, colours.frame);
    if (threshold && this.moved !== undefined) {
      plot.line(x(threshold.value), top, x(threshold.value), bottom, colours.muted, { dash: [3, 3] });
    }
    this.drawHandle(plot, Math.min(right, Math.max(left, x(value))));
    plot.describe(
      t('threshold.described', { value: formatScore(value), max: formatScore(normal?.max), count: normal?.count ?? 0 }),
    );
  }

  drawHandle(plot, x) {
    const { context, top, bottom, colours } = plot;
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
}
