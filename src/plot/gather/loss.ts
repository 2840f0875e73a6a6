// How a training went, from the progress it tells.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { LossFigure } from '../figures/loss';
import { type Gatherer, isRecord, wrongMessage } from './gatherer';

/** Names in the legend; other losses go by their own names, after these. */
const NAMES: Record<string, string> = {
  loss: 'loss',
  valLoss: 'validation',
  rl: 'RL',
  kl: 'KL',
  trainLoss: 'training',
};
const IS_LOSS = /^(loss|rl|kl)$|loss|entropy|error/i;
/** Lines in one picture. */
const MAX_SERIES = 6;
/** Epochs kept. A longer training is thinned out: every second one, then every fourth, … */
const MAX_EPOCHS = 1000;

export class LossGatherer implements Gatherer {
  private epochs: number[] = [];
  private of = 0;
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
    if (losses.length === 0 || epoch < 1 || (payload.phase !== undefined && payload.phase !== 'training')) return false;
    if (epoch <= (this.epochs.at(-1) ?? 0)) this.reset();
    this.of = typeof epochs === 'number' ? epochs : 0;
    this.epochs.push(epoch);
    for (const [name, value] of losses) this.record(name, Number(value));
    for (const values of this.series.values()) while (values.length < this.epochs.length) values.push(Number.NaN);
    if (this.epochs.length > MAX_EPOCHS) this.thin();
    return true;
  }

  reset(): void {
    this.epochs = [];
    this.series = new Map();
  }

  figure(): LossFigure | undefined {
    if (this.epochs.length === 0) return undefined;
    const order = [...Object.keys(NAMES), ...this.series.keys()];
    const names = [...this.series.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const series = names.map(name => ({ name: NAMES[name] ?? name, values: this.series.get(name)! }));
    return { kind: 'loss', epochs: this.epochs, of: this.of, series };
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

  /** Keeps every second epoch, and the last. */
  private thin(): void {
    const last = this.epochs.length - 1;
    const kept = (_: unknown, i: number): boolean => i % 2 === 0 || i === last;
    this.epochs = this.epochs.filter(kept);
    for (const [name, values] of this.series) this.series.set(name, values.filter(kept));
  }
}
