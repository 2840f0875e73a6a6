// In the dialog of a threshold node: the scores of the model's normal segments and the last ones, the line that the
// fields give, and in words what it lets through. Node-RED reckons all of it, by the rules that the node runs.
import { onThemeChange } from '../sidebar/colours.mjs';
import { formatDuration, formatScore, h, setText, show } from '../sidebar/dom.mjs';
import { Plot } from '../sidebar/plot.mjs';
import { drawScores, drawThreshold, MARGIN, rangeOf, swatch } from '../sidebar/score-histogram.mjs';
import { ScoreStore } from '../sidebar/score-store.mjs';
import * as server from '../sidebar/server.mjs';
import { Latest } from './latest.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/threshold:threshold.preview.${key}`, values);

const FIELDS = ['method', 'deviations', 'percentile', 'perDay', 'everySeconds', 'value', 'from', 'learnCount'];
const ALARM_FIELDS = ['votes', 'hysteresis', 'notify', 'holdOffSeconds'];
const DAYS_IN_YEAR = 365;
const THIN_SPACE = '\u202f';
/** Recordings that are played come faster than they were recorded: their time says nothing. */
const LEAST_SPAN_SECONDS = 60;
/** What Node-RED refuses in its own language, by code → our sentence. */
const REFUSALS = {
  'not-deployed': 'notDeployed',
  'not-trained': 'notTrained',
  'too-few-scores': 'tooFew',
  config: 'incomplete',
};

const field = name => $(`#node-input-${name}`).val();

class ThresholdPreview {
  constructor(box, node) {
    this.node = node;
    this.store = new ScoreStore();
    this.plot = new Plot({ height: 118, margin: MARGIN }, plot => this.draw(plot));
    this.normalKey = h('span', {});
    this.legend = h(
      'div',
      { class: 'earshot-legend' },
      h('span', {}, swatch('normal'), this.normalKey),
      h('span', {}, swatch('recent'), t('recent')),
    );
    this.words = h('div', { class: 'earshot-dialog-words', 'aria-live': 'polite' });
    this.picture = h('div', { hidden: true }, this.plot.canvas, this.legend);
    this.hint = h('div', { class: 'earshot-note', hidden: true }, t('pick'));
    box.replaceChildren(this.picture, this.words, this.hint);
    this.questions = new Latest(() => this.ask(), {
      answer: answer => this.show(answer),
      fail: error => this.refuse(error),
    });
    this.changed = () => this.questions.soon();
    this.form = $([...FIELDS, 'model', ...ALARM_FIELDS].map(name => `#node-input-${name}`).join());
    this.form.on('input change', this.changed);
    this.plot.canvas.addEventListener('pointerdown', event => this.pick(event));
    this.plot.canvas.addEventListener('pointermove', event => event.buttons === 1 && this.pick(event));
    this.endTheme = onThemeChange(() => this.plot.redraw());
    void this.questions.now();
  }

  close() {
    this.endTheme();
    this.questions.close();
    this.form.off('input change', this.changed);
  }

  /** The node whose scores come here, which knows of what kind they are. */
  scorer() {
    return RED.nodes.getAllUpstreamNodes(this.node).find(({ type }) => type === 'vae-score');
  }

  modelId() {
    const scorer = this.scorer();
    const chosen = field('model');
    const id = field('method') === 'manual' ? (scorer?.model ?? chosen) : chosen;
    return id && id !== '_ADD_' ? id : undefined;
  }

  async ask() {
    if (field('method') !== 'manual' && field('from') === 'learn') return { words: t('learn') };
    const id = this.modelId();
    if (!id) return { words: t(field('method') === 'manual' ? 'noScorer' : 'noModel') };
    const scorer = this.scorer();
    const fields = Object.fromEntries([...FIELDS, ...ALARM_FIELDS].map(name => [name, field(name)]));
    if (scorer?.model === id) fields.kind = scorer.score;
    // The one after the other: only the first says in words what is wrong with a model.
    const answer = await server.threshold(id, fields);
    await this.load(id);
    return answer;
  }

  /** The last scores, once for each model that is chosen. */
  async load(id) {
    if (this.loaded === id) return;
    this.store.clear();
    this.store.load(await server.scores(id));
    this.loaded = id;
  }

  refuse({ code, message }) {
    // The fields say for themselves what is wrong with them; the scores stay in view meanwhile.
    if (code !== 'config') this.answer = undefined;
    else if (this.answer) this.answer = { ...this.answer, threshold: undefined };
    this.say(REFUSALS[code] ? t(REFUSALS[code]) : message);
  }

  say(words) {
    setText(this.words, words);
    show(this.picture, Boolean(this.answer));
    show(this.hint, Boolean(this.answer) && field('method') === 'manual');
    this.plot.canvas.style.cursor = field('method') === 'manual' ? 'ew-resize' : '';
    this.plot.redraw();
  }

  show(answer) {
    this.answer = answer.normal && answer;
    if (!this.answer) return this.say(answer.words);
    const { model, normal, threshold, recent } = answer;
    this.recent = [];
    if (recent.scores > 0) this.store.forEach(recent.since - 1, (_at, score) => this.recent.push(score));
    this.range = rangeOf(normal, this.recent, threshold.value);
    setText(this.normalKey, t('normal', { name: model.name, version: model.version }));
    this.say([this.lineWords(answer), this.replayWords(recent)].join(' '));
  }

  lineWords({ normal, threshold, above, perDay, extrapolated, everySeconds }) {
    const { votes, window } = votesOf(field('votes'));
    const line = t('line', { value: formatScore(threshold.value), above, count: normal.count });
    const what = votes > 1 ? 'segments' : 'alarms';
    const rate =
      perDay === null
        ? t('tooFewToSay')
        : t(`${what}.${frequencyOf(perDay)}`, {
            count: shortNumber(perDay),
            days: shortNumber(1 / perDay),
            seconds: shortNumber(everySeconds),
          });
    const estimated = extrapolated ? ` ${t('estimated')}` : '';
    return `${line} · ${rate}${estimated}.${votes > 1 ? ` ${t('votes', { votes, window })}` : ''}`;
  }

  replayWords({ scores, seconds, alarms, told }) {
    if (scores === 0) return t('noRecent');
    const span = seconds < LEAST_SPAN_SECONDS ? '' : ` (${formatDuration(seconds)})`;
    return t('replayed', { scores, span, alarms, told });
  }

  draw(plot) {
    const { answer, range, recent } = this;
    if (!answer) return;
    const beyond = drawScores(plot, range, answer.normal, recent);
    if (beyond > 0) plot.text(t('beyond', { count: beyond }), plot.right, plot.top - 9, { align: 'right' });
    if (answer.threshold) drawThreshold(plot, range, answer.threshold.value);
    plot.describe(this.words.textContent);
  }

  /** A threshold set by hand can be set with a click; it stands in its field like one that was typed. */
  pick(event) {
    if (!this.answer || field('method') !== 'manual') return;
    const { left, right, canvas } = this.plot;
    const x = event.clientX - canvas.getBoundingClientRect().left;
    const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
    const [from, to] = this.range;
    const value = Number((from + share * (to - from)).toPrecision(3));
    $('#node-input-value').val(value).trigger('change');
    this.answer = { ...this.answer, threshold: { value } };
    this.plot.redraw();
  }
}

/** As the alarm reads them; what cannot be read is said by the field. */
function votesOf(text) {
  const [, votes, window = votes] = /^\s*(\d+)\s*(?:\/\s*(\d+)\s*)?$/.exec(text || '1/1') ?? [];
  return { votes: Number(votes), window: Number(window) };
}

function frequencyOf(perDay) {
  if (perDay >= 1) return 'often';
  return perDay * DAYS_IN_YEAR >= 1 ? 'rare' : 'never';
}

/** Two digits that count, e.g. "2.5", "43", "1 200": a comma or a point would mean something else in other languages. */
const shortNumber = value =>
  value.toLocaleString('en', { maximumSignificantDigits: value < 100 ? 2 : 3 }).replaceAll(',', THIN_SPACE);

/** Shows the preview in `box`; call `close` of what is returned when the dialog closes. */
export const start = (box, node) => new ThresholdPreview(box, node);
