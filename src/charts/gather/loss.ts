// How a training went, from the progress it tells.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { LossFigure } from '../figures/loss';
import { finite, type Gatherer, isRecord, wrongMessage } from './gatherer';

/** Names in the legend; other losses go by their own names, after these. */
const NAMES: Record<string, string> = {
  loss: 'loss',
  valLoss: 'validation',
  rl: 'RL',
  kl: 'KL',
  trainLoss: 'training',
};
const IS_LOSS = /^(loss|rl|kl)$|loss|entropy|error/i;
/** Phases of a training in which the network learns. */
const PHASES = ['training', 'search'];
/** Lines in one picture. */
const MAX_SERIES = 6;
/** Epochs kept. A longer training is thinned out: every second one, then every fourth, … */
const MAX_EPOCHS = 1000;

export class LossGatherer implements Gatherer {
  private epochs: number[] = [];
  private of = 0;
  private stage = '';
  /** Only so many epochs apart are kept, and the latest. */
  private every = 1;
  private series = new Map<string, number[]>();

  add({ payload }: Message): boolean {
    const losses = isRecord(payload)
      ? Object.entries(payload).filter(([name, value]) => IS_LOSS.test(name) && Number.isFinite(value))
      : [];
    if (
      !isRecord(payload) ||
      typeof payload.epoch !== 'number' ||
      (losses.length === 0 && payload.phase === undefined)
    ) {
      const wire = 'Wire the second output of a training node to this one.';
      throw wrongMessage(
        'loss',
        'the progress of a training (msg.payload with epoch and loss)',
        describeValue(payload),
        wire,
      );
    }
    const { epoch, epochs } = payload;
    // Before the first epoch and after the last one, a training tells what it does but no new losses.
    const over = payload.phase !== undefined && !PHASES.includes(String(payload.phase));
    if (losses.length === 0 || epoch < 1 || over) return false;
    if (epoch <= (this.epochs.at(-1) ?? 0)) this.reset();
    this.of = typeof epochs === 'number' ? epochs : 0;
    this.stage = stageOf(payload);
    this.thin();
    this.epochs.push(epoch);
    for (const [name, value] of losses) this.record(name, Number(value));
    for (const values of this.series.values()) while (values.length < this.epochs.length) values.push(Number.NaN);
    return true;
  }

  reset(): void {
    this.epochs = [];
    this.series = new Map();
    this.every = 1;
  }

  figure(): LossFigure | undefined {
    if (this.epochs.length === 0) return undefined;
    const order = [...Object.keys(NAMES), ...this.series.keys()];
    const names = [...this.series.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const series = names.map(name => ({ name: NAMES[name] ?? name, values: this.series.get(name)! }));
    return { kind: 'loss', epochs: this.epochs, of: this.of, stage: this.stage, series };
  }

  summary(): string {
    const last = this.epochs.at(-1) ?? 0;
    return this.of > 0 ? `epoch ${last}/${this.of}` : counted(last, 'epoch');
  }

  private record(name: string, value: number): void {
    let values = this.series.get(name);
    if (!values) {
      if (this.series.size >= MAX_SERIES) return;
      values = [];
      this.series.set(name, values);
    }
    while (values.length < this.epochs.length - 1) values.push(Number.NaN);
    values.push(value);
  }

  /** Makes room for the next epoch: the latest stays only where it is one of those that are kept. */
  private thin(): void {
    if (this.epochs.length >= MAX_EPOCHS) this.every *= 2;
    const { epochs, every } = this;
    const stays = (_: unknown, i: number): boolean => (epochs[i] - 1) % every === 0;
    const isOdd = epochs.length > 0 && !stays(undefined, epochs.length - 1);
    if (epochs.length < MAX_EPOCHS && !isOdd) return;
    this.epochs = epochs.filter(stays);
    for (const [name, values] of this.series) this.series.set(name, values.filter(stays));
  }
}

/** Which of several trainings this is: of a sweep, or of a search. */
function stageOf({ phase, run, runs, trial, trials }: Record<string, unknown>): string {
  if (finite(runs) !== undefined) return `run ${run} of ${runs}`;
  return phase === 'search' && finite(trials) !== undefined ? `trial ${trial} of ${trials}` : '';
}
