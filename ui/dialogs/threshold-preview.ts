// In the dialog of a threshold node: the scores of the model's normal segments and the last ones, the line that the
// fields give, and in words what it lets through. Node-RED computes all of it, by the rules that the node runs.
import type catalogue from '../../nodes/threshold/locales/en-US/threshold.json';
import { parseVotes } from '../../src/alarm/alarm';
import { ScoreHistory } from '../../src/alarm/score-history';
import { formatScore, spaced } from '../../src/formats';
import type { ThresholdPreview } from '../../src/live/dialog-messages';
import { onThemeChange } from '../shared/colours';
import { h, setText, show } from '../shared/dom';
import { problemOf } from '../shared/editor';
import { Plot } from '../shared/plot';
import { drawScores, drawThreshold, MARGIN, type Range, rangeOf, swatch } from '../shared/score-histogram';
import * as server from '../shared/server';
import { textsOf } from '../shared/texts';
import { formatDuration } from '../shared/words';
import { fieldsOf, inputOf, onFieldChange, textOf } from './fields';
import { Latest } from './latest';
import type { DialogPart } from './part';

const t = textsOf<(typeof catalogue)['threshold']['preview']>('threshold', 'threshold.preview');

const FIELDS = [
  ...['method', 'deviations', 'percentile', 'perDay', 'everySeconds', 'value', 'from', 'learnCount'],
  ...['votes', 'hysteresis', 'notify', 'holdOffSeconds'],
];
const DAYS_IN_YEAR = 365;
/** Recordings that are played come faster than they were recorded: their time says nothing. */
const LEAST_SPAN_SECONDS = 60;
/** What Node-RED refuses in its own language, by code → our sentence. */
const REFUSALS = {
  'not-deployed': 'notDeployed',
  'not-trained': 'notTrained',
  'too-few-scores': 'tooFew',
  config: 'incomplete',
} as const;

/** What there is to draw. */
interface Shown {
  normal: ThresholdPreview['normal'];
  recent: number[];
  range: Range;
  /** Undefined while the fields give none. */
  threshold?: number;
}

/** What is missing, where there is nothing to ask. */
type Answer = ThresholdPreview | { missing: string };

class Preview implements DialogPart {
  private readonly history = new ScoreHistory();
  private readonly plot = new Plot({ height: 118, margin: MARGIN }, plot => this.draw(plot));
  private readonly normalKey = h('span');
  private readonly words = h('div', { class: 'earshot-dialog-words', 'aria-live': 'polite' });
  private readonly drawing: HTMLElement;
  private readonly hint = h('div', { class: 'earshot-note', hidden: true }, t('pick'));
  private readonly questions: Latest<Answer>;
  private readonly unwatch: (() => void)[];
  private shown: Shown | undefined;
  /** The model whose scores are in the history. */
  private loaded: string | undefined;

  constructor(
    box: HTMLElement,
    private readonly node: EditorNode,
  ) {
    const legend = h(
      'div',
      { class: 'earshot-legend' },
      h('span', {}, swatch('normal'), this.normalKey),
      h('span', {}, swatch('recent'), t('recent')),
    );
    const { canvas } = this.plot;
    this.drawing = h('div', { hidden: true }, canvas, legend);
    box.replaceChildren(this.drawing, this.words, this.hint);
    this.questions = new Latest(() => this.ask(), {
      answer: answer => this.show(answer),
      fail: error => this.refuse(error),
    });
    canvas.addEventListener('pointerdown', event => this.pick(event));
    canvas.addEventListener('pointermove', event => event.buttons === 1 && this.pick(event));
    this.unwatch = [
      onFieldChange([...FIELDS, 'model'].map(inputOf), () => this.questions.soon()),
      onThemeChange(() => this.plot.redraw()),
    ];
    void this.questions.now();
  }

  close(): void {
    this.questions.close();
    for (const end of this.unwatch) end();
  }

  /** The node whose scores come here, which knows of what kind they are. */
  private scorer(): EditorNode | undefined {
    return RED.nodes.getAllUpstreamNodes(this.node).find(({ type }) => type === 'vae-score');
  }

  private modelId(): string | undefined {
    const chosen = textOf('model');
    const id = isManual() ? String(this.scorer()?.model ?? chosen) : chosen;
    return id && id !== '_ADD_' ? id : undefined;
  }

  private async ask(): Promise<Answer> {
    if (!isManual() && textOf('from') === 'learn') return { missing: t('learn') };
    const id = this.modelId();
    if (!id) return { missing: t(isManual() ? 'noScorer' : 'noModel') };
    const scorer = this.scorer();
    const kind = scorer?.model === id ? { kind: scorer.score } : {};
    // The one after the other: only the first says in words what is wrong with a model.
    const answer = await server.threshold(id, { ...fieldsOf(FIELDS), ...kind });
    await this.load(id);
    return answer;
  }

  /** The last scores, once for each model that is chosen. */
  private async load(id: string): Promise<void> {
    if (this.loaded === id) return;
    this.history.decode(await server.scores(id));
    this.loaded = id;
  }

  private refuse(error: unknown): void {
    const code = error instanceof server.Refused ? error.code : undefined;
    // The fields say for themselves what is wrong with them; the scores stay in view meanwhile.
    if (code !== 'config') this.shown = undefined;
    else if (this.shown) this.shown.threshold = undefined;
    this.say(code && code in REFUSALS ? t(REFUSALS[code as keyof typeof REFUSALS]) : problemOf(error));
  }

  private say(words: string): void {
    setText(this.words, words);
    show(this.drawing, this.shown !== undefined);
    show(this.hint, this.shown !== undefined && isManual());
    this.plot.canvas.style.cursor = isManual() ? 'ew-resize' : '';
    this.plot.redraw();
  }

  private show(answer: Answer): void {
    if ('missing' in answer) {
      this.shown = undefined;
      this.say(answer.missing);
    } else this.showPreview(answer);
  }

  private showPreview(answer: ThresholdPreview): void {
    const { model, normal, threshold, recent } = answer;
    const since = recent.scores > 0 ? recent.since - 1 : Number.POSITIVE_INFINITY;
    const scores = Array.from(this.history.entries(since), ({ score }) => score);
    this.shown = {
      normal,
      recent: scores,
      range: rangeOf(normal, scores, threshold.value),
      threshold: threshold.value,
    };
    setText(this.normalKey, t('normal', { name: model.name, version: model.version }));
    this.say([lineWords(answer), replayWords(answer)].join(' '));
  }

  private draw(plot: Plot): void {
    if (!this.shown) return;
    const { normal, recent, range, threshold } = this.shown;
    const beyond = drawScores(plot, range, normal, recent);
    if (beyond > 0) plot.text(t('beyond', { count: beyond }), plot.right, plot.top - 9, { align: 'right' });
    if (threshold !== undefined) drawThreshold(plot, range, threshold);
    plot.describe(this.words.textContent ?? '');
  }

  /** A threshold set by hand can be set with a click; it stands in its field like one that was typed. */
  private pick(event: PointerEvent): void {
    if (!this.shown || !isManual()) return;
    const { left, right, canvas } = this.plot;
    const x = event.clientX - canvas.getBoundingClientRect().left;
    const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
    const [from, to] = this.shown.range;
    const value = Number((from + share * (to - from)).toPrecision(3));
    $('#node-input-value').val(value).trigger('change');
    this.shown.threshold = value;
    this.plot.redraw();
  }
}

const isManual = (): boolean => textOf('method') === 'manual';

function lineWords({ normal, threshold, above, perDay, extrapolated, everySeconds }: ThresholdPreview): string {
  const { votes, window } = parseVotes(textOf('votes') || '1/1') ?? { votes: 1, window: 1 };
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

function replayWords({ recent: { scores, seconds, alarms, told } }: ThresholdPreview): string {
  if (scores === 0) return t('noRecent');
  const span = seconds < LEAST_SPAN_SECONDS ? '' : ` (${formatDuration(seconds)})`;
  return t('replayed', { scores, span, alarms, told });
}

function frequencyOf(perDay: number): 'often' | 'rare' | 'never' {
  if (perDay >= 1) return 'often';
  return perDay * DAYS_IN_YEAR >= 1 ? 'rare' : 'never';
}

/** Two or three digits that count, e.g. "2.5", "43", "1 200". */
const shortNumber = (value: number): string => spaced(value, { maximumSignificantDigits: value < 100 ? 2 : 3 });

export const start = (box: HTMLElement, node: EditorNode): DialogPart => new Preview(box, node);
