// How a training goes: loss and its parts by epoch, how long it will take, and a button to start or cancel it.
import { formatDuration, formatScore, formatTick, h, setText, show, t } from './dom.mjs';
import { logValues, niceValues, Plot } from './plot.mjs';

const MARGIN = { left: 46, right: 6, top: 8, bottom: 22 };
const RUNNING = ['preparing', 'training', 'scoring', 'saving'];
/** Lines differ by dash as well as by colour. */
const LINES = [
  { field: 'loss', colour: 'curve', dash: [], width: 2 },
  { field: 'valLoss', colour: 'bad', dash: [6, 3], width: 1.5 },
  { field: 'rl', colour: 'good', dash: [2, 2], width: 1.5, own: true },
  { field: 'kl', colour: 'warn', dash: [8, 2, 2, 2], width: 1.5, own: true },
];

export const isTraining = training => RUNNING.includes(training?.phase);
export const isRecording = training => training?.phase === 'collecting' && training.asked;

export class TrainingView {
  /** @param {{train: () => void, cancel: () => void}} actions */
  constructor(actions) {
    this.curve = [];
    this.plot = new Plot({ height: 130, margin: MARGIN }, plot => this.draw(plot));
    this.words = h('div', { class: 'earshot-training-words' });
    // The words change with every epoch; announced is what begins and ends.
    this.announcer = h('div', { class: 'earshot-unseen', role: 'status' });
    this.bar = h('div', { class: 'earshot-progress-bar' });
    this.progress = h(
      'div',
      { class: 'earshot-progress', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 },
      this.bar,
    );
    this.start = h('button', { type: 'button', class: 'red-ui-button', onclick: actions.train }, t('training.start'));
    this.cancel = h(
      'button',
      { type: 'button', class: 'red-ui-button', onclick: actions.cancel },
      t('training.cancel'),
    );
    this.legend = h('div', { class: 'earshot-legend' });
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
  update(training, trainer) {
    const busy = isTraining(training) || isRecording(training);
    const share = shareOf(training);
    show(this.progress, busy);
    this.progress.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    this.progress.setAttribute('aria-label', t('training.title'));
    this.bar.style.width = `${100 * share}%`;
    show(this.cancel, busy);
    show(this.start, !busy && Boolean(trainer));
    setText(this.start, t(trainer?.trainWhen === 'asked' ? 'training.record' : 'training.start'));
    const words = wordsOf(training, trainer);
    setText(this.words, words);
    this.progress.setAttribute('aria-valuetext', words);
    if (this.phase !== undefined && this.phase !== training?.phase) setText(this.announcer, words);
    this.phase = training?.phase ?? '';
  }

  setCurve(points) {
    this.curve = points;
    this.showCurve();
  }

  addPoint(point) {
    const last = this.curve.at(-1);
    if (last && point.epoch < last.epoch) this.curve = [];
    else if (last?.epoch === point.epoch) return;
    this.curve.push(point);
    if (this.curve.length > 1024) this.curve = this.curve.filter((_, i) => i % 2 === 0);
    this.showCurve();
  }

  showCurve() {
    const some = this.curve.length > 0;
    show(this.plot.canvas, some);
    show(this.legend, some);
    if (!some) return;
    const last = this.curve.at(-1);
    const entries = LINES.filter(({ field }) => typeof last[field] === 'number');
    if (this.legend.children.length !== entries.length) {
      this.legend.replaceChildren(
        ...entries.map(({ field, own, colour }) => {
          const key = h('span', {
            class: `earshot-key earshot-key-${field} earshot-ink-${colour}`,
            'aria-hidden': 'true',
          });
          return h('span', {}, key, t(`training.${field}`), ' ', h('b', {}), own ? ` ${t('training.ownScale')}` : '');
        }),
      );
    }
    for (const [i, { field }] of entries.entries()) {
      setText(this.legend.children[i].querySelector('b'), formatScore(last[field]));
    }
    this.plot.redraw();
  }

  draw(plot) {
    const { curve } = this;
    const { left, right, top, bottom, colours, context } = plot;
    plot.frame();
    if (curve.length === 0) return;
    const [first, last] = [curve[0].epoch, Math.max(curve.at(-1).epoch, curve[0].epoch + 1)];
    const x = epoch => left + ((epoch - first) / (last - first)) * (right - left);
    const shared = scale(
      curve.flatMap(({ loss, valLoss }) => [loss, valLoss]),
      top + 4,
      bottom,
    );
    plot.leftAxis(shared.marks().map(value => [shared.y(value), formatTick(value)]));
    plot.bottomAxis(niceValues(first, last, Math.min(8, last - first)).map(epoch => [x(epoch), String(epoch)]));
    plot.text(t('training.epoch'), left - 6, bottom + 6, { align: 'right', baseline: 'top' });
    for (const { field, colour, dash, width, own } of LINES) {
      const points = curve.filter(point => typeof point[field] === 'number');
      if (points.length === 0) continue;
      // The parts of the loss have units of their own: each is drawn from its own lowest to its highest.
      const { y } = own
        ? scale(
            points.map(point => point[field]),
            top + 4,
            bottom,
          )
        : shared;
      context.strokeStyle = colours[colour];
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      for (const point of points) {
        const place = [x(point.epoch), y(point[field])];
        if (point === points[0]) context.moveTo(...place);
        else context.lineTo(...place);
      }
      context.stroke();
    }
    context.setLineDash([]);
    const end = curve.at(-1);
    plot.describe(t('training.described', { epoch: end.epoch, loss: formatScore(end.loss), rl: formatScore(end.rl) }));
  }
}

function shareOf(training) {
  if (!training) return 0;
  if (training.phase === 'collecting')
    return training.wanted > 0 ? Math.min(1, training.collected / training.wanted) : 0;
  if (training.phase === 'scoring' || training.phase === 'saving') return 1;
  return training.epochs > 0 ? training.epoch / training.epochs : 0;
}

function wordsOf(training, trainer) {
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

/** Logarithmic where all values are above 0 and far apart, linear otherwise. */
function scale(values, top, bottom) {
  const known = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (least > 0 && most / least > 8) {
    const [from, to] = [Math.log(least), Math.log(most)];
    const y = value => bottom - 3 - ((Math.log(value) - from) / (to - from)) * (bottom - top - 6);
    return { y, marks: () => logValues(least, most) };
  }
  const span = most - least || Math.abs(most) || 1;
  const y = value => bottom - 3 - ((value - least) / span) * (bottom - top - 6);
  return { y, marks: () => niceValues(least, least + span, 4) };
}
