// How normal segments score and how the last ones did, with the threshold to be dragged: what it would have done is
// counted while it moves. Taking it over writes it into the threshold node of the flow, as an edit that can be undone;
// it holds from the next deployment on, as any edit does.
import { formatDuration, formatScore, h, setText, show, t } from './dom.mjs';
import { Plot } from './plot.mjs';
import { drawScores, drawThreshold, MARGIN, placeOf, rangeOf, swatch } from './score-histogram.mjs';
import { countAlarms, countRaised, parseVotes } from './score-store.mjs';

const STEPS = 200;
const REFRESH_MS = 1000;
/** A time shorter than this is told in scores. */
const LEAST_SPAN_SECONDS = 60;

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
      h('span', {}, swatch('normal'), t('threshold.normal')),
      h('span', {}, swatch('recent'), t('threshold.recent')),
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
    this.range = rangeOf(this.normal, this.recent(), this.threshold?.value);
  }

  recent() {
    const scores = [];
    this.store.forEach(Number.NEGATIVE_INFINITY, (_at, score) => scores.push(score));
    return scores;
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
    // Recordings that are played come faster than they were recorded: their time says nothing.
    const span = seconds < LEAST_SPAN_SECONDS ? t('unit.scores', { count: scores }) : formatDuration(seconds);
    const values = { value: formatScore(value), alarms, span, had: countRaised(store) };
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
    const { right, top, bottom, colours } = plot;
    const { normal, value, threshold, range } = this;
    const beyond = drawScores(plot, range, normal, this.recent());
    if (beyond > 0)
      plot.text(t('threshold.beyond', { count: beyond }), right, top - 9, { align: 'right', colour: colours.ink });
    if (threshold && this.moved !== undefined) {
      const x = placeOf(plot, range, threshold.value);
      plot.line(x, top, x, bottom, colours.muted, { dash: [3, 3] });
    }
    drawThreshold(plot, range, value);
    plot.describe(
      t('threshold.described', { value: formatScore(value), max: formatScore(normal?.max), count: normal?.count ?? 0 }),
    );
  }
}
