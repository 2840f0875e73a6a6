// How a training goes: loss and its parts by epoch, how long it will take, and a button to start or cancel it.
import { linearScale, logScale, type Scale } from '../../src/charts/scale';
import { niceValues } from '../../src/charts/ticks';
import { formatScore } from '../../src/formats';
import { type CurvePoint, isRecording, isTraining, type Training } from '../../src/live/training';
import type { ThemeColours } from '../shared/colours';
import { button, h, setText, show } from '../shared/dom';
import { Plot } from '../shared/plot';
import { t } from '../shared/texts';
import { formatDuration, scoreOrDash } from '../shared/words';

const MARGIN = { left: 46, right: 6, top: 8, bottom: 22 };
/** More epochs are thinned out. */
const MOST_POINTS = 1024;
/** Losses this many times larger than others are drawn on a logarithmic scale. */
const LOG_FROM = 8;
/** Pixels between the curves and the frame. */
const PADDING = { top: 7, bottom: 3 };
const MOST_MARKS = { loss: 4, epochs: 8 };

interface Line {
  field: 'loss' | 'valLoss' | 'rl' | 'kl';
  colour: keyof ThemeColours;
  dash: number[];
  width: number;
  /** The parts of the loss have units of their own: each is drawn from its own lowest to its highest. */
  own?: boolean;
}

/** Lines differ by dash as well as by colour. */
const LINES: readonly Line[] = [
  { field: 'loss', colour: 'curve', dash: [], width: 2 },
  { field: 'valLoss', colour: 'bad', dash: [6, 3], width: 1.5 },
  { field: 'rl', colour: 'good', dash: [2, 2], width: 1.5, own: true },
  { field: 'kl', colour: 'warn', dash: [8, 2, 2, 2], width: 1.5, own: true },
];

export interface TrainingActions {
  train: () => void;
  cancel: () => void;
}

export class TrainingView {
  readonly element: HTMLElement;
  readonly plot: Plot;
  private curve: CurvePoint[] = [];
  private readonly words = h('div', { class: 'earshot-training-words' });
  // The words change with every epoch; announced is what begins and ends.
  private readonly announcer = h('div', { class: 'earshot-unseen', role: 'status' });
  private readonly bar = h('div', { class: 'earshot-progress-bar' });
  private readonly progress: HTMLElement;
  private readonly start: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private readonly legend = h('div', { class: 'earshot-legend' });
  /** The numbers in the legend, by the lines that it has. */
  private numbers = new Map<Line, HTMLElement>();
  private phase: string | undefined;

  constructor(actions: TrainingActions) {
    this.plot = new Plot({ height: 130, margin: MARGIN }, plot => this.draw(plot));
    this.progress = h(
      'div',
      { class: 'earshot-progress', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 },
      this.bar,
    );
    this.progress.setAttribute('aria-label', t('training.title'));
    this.start = button(actions.train, {}, t('training.start'));
    this.cancel = button(actions.cancel, {}, t('training.cancel'));
    this.element = h(
      'div',
      {},
      h('div', { class: 'earshot-row' }, this.words, this.start, this.cancel),
      this.announcer,
      this.progress,
      this.plot.canvas,
      this.legend,
    );
    this.update(undefined, undefined);
  }

  /** @param trainer the vae-train node of the model, as the editor has it */
  update(training: Training | null | undefined, trainer: EditorNode | undefined): void {
    const busy = isTraining(training) || isRecording(training);
    const percent = 100 * shareOf(training);
    show(this.progress, busy);
    this.progress.setAttribute('aria-valuenow', String(Math.round(percent)));
    this.bar.style.width = `${percent}%`;
    show(this.cancel, busy);
    show(this.start, !busy && trainer !== undefined);
    setText(this.start, t(trainer?.trainWhen === 'asked' ? 'training.record' : 'training.start'));
    const words = wordsOf(training, trainer);
    setText(this.words, words);
    this.progress.setAttribute('aria-valuetext', words);
    if (this.phase !== undefined && this.phase !== training?.phase) setText(this.announcer, words);
    this.phase = training?.phase ?? '';
  }

  setCurve(points: CurvePoint[]): void {
    this.curve = points;
    this.showCurve();
  }

  addPoint(point: CurvePoint): void {
    const last = this.curve.at(-1);
    if (last && point.epoch < last.epoch) this.curve = [];
    else if (last?.epoch === point.epoch) return;
    this.curve.push(point);
    if (this.curve.length > MOST_POINTS) this.curve = this.curve.filter((_, i) => i % 2 === 0);
    this.showCurve();
  }

  private showCurve(): void {
    const last = this.curve.at(-1);
    show(this.plot.canvas, last !== undefined);
    show(this.legend, last !== undefined);
    if (!last) return;
    const lines = LINES.filter(({ field }) => last[field] !== undefined);
    if (this.numbers.size !== lines.length) this.makeLegend(lines);
    for (const [{ field }, number] of this.numbers) setText(number, scoreOrDash(last[field]));
    this.plot.redraw();
  }

  private makeLegend(lines: readonly Line[]): void {
    this.numbers = new Map(lines.map(line => [line, h('b')]));
    const entries = Array.from(this.numbers, ([{ field, own, colour }, number]) => {
      const classes = `earshot-key earshot-key-${field} earshot-ink-${colour}`;
      const key = h('span', { class: classes, 'aria-hidden': 'true' });
      return h('span', {}, key, t(`training.${field}`), ' ', number, own ? ` ${t('training.ownScale')}` : '');
    });
    this.legend.replaceChildren(...entries);
  }

  private draw(plot: Plot): void {
    const { left, right, top, bottom, colours, context } = plot;
    plot.frame();
    const [first, last] = [this.curve[0], this.curve.at(-1)];
    if (!first || !last) return;
    const epochs = linearScale(first.epoch, Math.max(last.epoch, first.epoch + 1));
    const x = (epoch: number): number => left + epochs.at(epoch) * (right - left);
    const up = (share: number): number =>
      bottom - PADDING.bottom - share * (bottom - top - PADDING.top - PADDING.bottom);
    const shared = scaleOf(this.curve.flatMap(({ loss, valLoss }) => [loss, valLoss]));
    plot.leftAxis(shared.ticks(MOST_MARKS.loss).map(({ at, label }) => [up(at), label]));
    const marks = niceValues(first.epoch, last.epoch, Math.min(MOST_MARKS.epochs, last.epoch - first.epoch));
    plot.bottomAxis(marks.map(epoch => [x(epoch), String(epoch)]));
    plot.text(t('training.epoch'), left - 6, bottom + 6, { align: 'right', baseline: 'top' });
    for (const { field, colour, dash, width, own } of LINES) {
      const scale = own ? scaleOf(this.curve.map(point => point[field])) : shared;
      context.strokeStyle = colours[colour];
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      for (const point of this.curve) {
        const value = point[field];
        // The first one drawn begins the line.
        if (value !== undefined && value !== null) context.lineTo(x(point.epoch), up(scale.at(value)));
      }
      context.stroke();
    }
    context.setLineDash([]);
    const values = { epoch: last.epoch, loss: formatScore(last.loss), rl: formatScore(last.rl) };
    plot.describe(t('training.described', values));
  }
}

function shareOf(training: Training | null | undefined): number {
  if (!training) return 0;
  const { phase, collected, wanted, epoch, epochs } = training;
  if (phase === 'collecting') return wanted > 0 ? Math.min(1, collected / wanted) : 0;
  if (phase === 'scoring' || phase === 'saving') return 1;
  return epochs > 0 ? epoch / epochs : 0;
}

function wordsOf(training: Training | null | undefined, trainer: EditorNode | undefined): string {
  if (!training) return trainer ? t('training.waiting') : t('training.noTrainer');
  const { phase, epoch, epochs, secondsLeft, collected, wanted, problem } = training;
  if (phase === 'training') return t('training.running', { epoch, epochs, left: formatDuration(secondsLeft) });
  if (phase === 'failed') return t('training.failed', { problem });
  if (phase === 'collecting') {
    if (training.asked) return t('training.recording', { collected, wanted });
    return wanted > 0 ? t('training.collectedOf', { collected, wanted }) : t('training.collected', { collected });
  }
  return t(`training.${phase}`);
}

/** From the least to the most: logarithmic where all are above 0 and far apart, linear otherwise. */
function scaleOf(values: readonly (number | null | undefined)[]): Scale {
  const known = values.filter(value => typeof value === 'number' && Number.isFinite(value)) as number[];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (least > 0 && most / least > LOG_FROM) return logScale(least, most);
  return linearScale(least, most > least ? most : least + (Math.abs(least) || 1));
}
