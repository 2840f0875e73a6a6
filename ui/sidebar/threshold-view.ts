// How normal segments score and how the last ones did, with the threshold to be dragged: what it would have done is
// counted while it moves. Taking it over writes it into the threshold node of the flow, as an edit that can be undone;
// it holds from the next deployment on, as any edit does.
import { parseVotes } from '../../src/alarm/alarm';
import { countEpisodes, type Replay, replayAtOnce } from '../../src/alarm/replay';
import type { ScoreHistory } from '../../src/alarm/score-history';
import { formatScore } from '../../src/formats';
import type { ThresholdInUse } from '../../src/live/model-view';
import type { Histogram } from '../../src/stats/histogram';
import { button, h, setText, show } from '../shared/dom';
import { Plot } from '../shared/plot';
import {
  drawFormerThreshold,
  drawScores,
  drawThreshold,
  MARGIN,
  type Range,
  rangeOf,
  swatch,
} from '../shared/score-histogram';
import { t } from '../shared/texts';
import { formatDuration, scoreOrDash } from '../shared/words';

const STEPS = 200;
const REFRESH_MS = 1000;
/** A time shorter than this is told in scores. */
const LEAST_SPAN_SECONDS = 60;

export class ThresholdView {
  readonly element: HTMLElement;
  readonly plot: Plot;
  private readonly slider: HTMLInputElement;
  // Read out with the slider; as an announcement it would repeat itself with every score that comes in.
  private readonly words = h('div', { id: 'earshot-threshold-words', class: 'earshot-threshold-words' });
  private readonly note = h('div', { class: 'earshot-note' });
  private readonly applyButton: HTMLButtonElement;
  private readonly resetButton: HTMLButtonElement;
  private normal: Histogram | undefined;
  private threshold: ThresholdInUse | undefined;
  private node: EditorNode | undefined;
  /** Where the threshold has been moved to. */
  private moved: number | undefined;
  private range: Range;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly history: ScoreHistory,
    apply: (value: number) => void,
  ) {
    this.plot = new Plot({ height: 124, margin: MARGIN }, plot => this.draw(plot));
    this.range = this.chosenRange();
    this.slider = h('input', {
      type: 'range',
      class: 'earshot-threshold-slider',
      ...{ min: 0, max: STEPS, step: 1, 'aria-label': t('threshold.title') },
      'aria-describedby': this.words.id,
      oninput: () => this.move(Number(this.slider.value) / STEPS),
    });
    this.applyButton = button(() => this.moved !== undefined && apply(this.moved), {}, t('threshold.apply'));
    this.resetButton = button(() => this.reset(), {}, t('threshold.reset'));
    const legend = h(
      'div',
      { class: 'earshot-legend' },
      h('span', {}, swatch('normal'), t('threshold.normal')),
      h('span', {}, swatch('recent'), t('threshold.recent')),
    );
    this.element = h(
      'div',
      {},
      h('div', { class: 'earshot-threshold' }, this.plot.canvas, this.slider),
      legend,
      this.words,
      h('div', { class: 'earshot-row' }, this.applyButton, this.resetButton),
      this.note,
    );
    this.refresh();
  }

  /**
   * @param normal the training's scores; undefined before the first training
   * @param threshold what is in force
   * @param node the threshold node in the editor
   */
  update(normal: Histogram | undefined, threshold: ThresholdInUse | undefined, node: EditorNode | undefined): void {
    if (threshold?.node !== this.threshold?.node) this.moved = undefined;
    Object.assign(this, { normal, threshold, node });
    // Counting through thousands of scores once a second is enough.
    this.timer ??= setTimeout(() => this.refresh(), REFRESH_MS);
  }

  private refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    // The axis stays as it is while the threshold is moved.
    if (this.moved === undefined) this.range = this.chosenRange();
    this.showWords();
  }

  private chosenRange(): Range {
    return rangeOf(this.normal, this.recent(), this.threshold?.value);
  }

  private recent(): number[] {
    return Array.from(this.history.entries(), ({ score }) => score);
  }

  reset(): void {
    this.moved = undefined;
    this.refresh();
  }

  private move(share: number): void {
    const [from, to] = this.range;
    this.moved = from + share * (to - from);
    this.showWords();
  }

  private get value(): number {
    return this.moved ?? this.threshold?.value ?? this.normal?.max ?? this.range[1] / 2;
  }

  private showWords(): void {
    const { history, node, value, moved, slider } = this;
    const [from, to] = this.range;
    const some = !history.isEmpty || this.normal !== undefined;
    show(this.element, some);
    if (!some) return;
    if (document.activeElement !== slider || moved === undefined) {
      slider.value = String(Math.round((STEPS * (value - from)) / (to - from)));
    }
    slider.setAttribute('aria-valuetext', formatScore(value));
    setText(this.words, this.wordsOf(this.replay(value)));
    slider.title = this.words.textContent ?? '';
    this.applyButton.disabled = moved === undefined || !node;
    this.resetButton.disabled = moved === undefined;
    const how = node && t('threshold.how', { node: node.name || t('threshold.itsNode') });
    setText(this.note, how ?? t('threshold.noNode'));
    this.plot.redraw();
  }

  /** What a threshold would have raised, with the votes and the hysteresis that the node has in the flow. */
  private replay(threshold: number): Replay {
    const { node, history } = this;
    const votes = parseVotes(String(node?.votes ?? '')) ?? { votes: 1, window: 1 };
    const hysteresis = Number(node?.hysteresis) || 0;
    const settings = { ...votes, hysteresis, holdOffSeconds: 0, notify: 'every' as const };
    return replayAtOnce(history, history.start, threshold, settings);
  }

  private wordsOf({ alarms, scores, seconds }: Replay): string {
    const value = formatScore(this.value);
    if (scores === 0) return t('threshold.noScores', { value });
    // Recordings that are played come faster than they were recorded: their time says nothing.
    const span = seconds < LEAST_SPAN_SECONDS ? t('unit.scores', { count: scores }) : formatDuration(seconds);
    const values = { value, alarms, span, had: countEpisodes(this.history) };
    return t(this.moved === undefined ? 'threshold.inForce' : 'threshold.would', values);
  }

  private draw(plot: Plot): void {
    const { right, top, colours } = plot;
    const { normal, value, threshold, range } = this;
    const beyond = drawScores(plot, range, normal, this.recent());
    if (beyond > 0)
      plot.text(t('threshold.beyond', { count: beyond }), right, top - 9, { align: 'right', colour: colours.ink });
    if (threshold && this.moved !== undefined) drawFormerThreshold(plot, range, threshold.value);
    drawThreshold(plot, range, value);
    const values = { value: formatScore(value), max: scoreOrDash(normal?.max), count: normal?.count ?? 0 };
    plot.describe(t('threshold.described', values));
  }
}
