// How the first thread tells the others what to do, and about what: a few numbers in the shared memory.
import type { Batch, ThreadContext } from './context';
import { ADAM } from './conventions';
import type { MemoryLayout } from './memory-layout';

export const Command = { exit: 0, prepare: 1, gradients: 2, reduce: 3, update: 4, score: 5, decode: 6 } as const;
export type Command = (typeof Command)[keyof typeof Command];

/** Places of the integers … */
const INT = { counter: 0, command: 1, count: 2, accumulate: 3 } as const;
/** … and of the float64 values. */
const FLOAT = { rlScale: 0, klScale: 1, rate: 2, gradientScale: 3, weightDecay: 4 } as const;

/** Addresses. */
export interface ControlPlan {
  ints: number;
  floats: number;
}

export const planControl = (layout: MemoryLayout): ControlPlan => ({
  ints: layout.take(8 * 4),
  floats: layout.take(8 * 8),
});

/** A step of Adam: the rate corrected for its start, factors of the gradients and of the parameters added to them. */
export interface Update {
  rate: number;
  gradientScale: number;
  weightDecay: number;
}

export class Control {
  private readonly ints: Int32Array;
  private readonly floats: Float64Array;
  private seen = 0;

  constructor(
    private readonly context: ThreadContext,
    { ints, floats }: ControlPlan,
  ) {
    this.ints = context.i32.subarray(ints / 4, ints / 4 + 8);
    this.floats = context.doubles(floats, 8);
  }

  /** Wakes the other threads. */
  send(command: Command): void {
    Atomics.store(this.ints, INT.command, command);
    Atomics.add(this.ints, INT.counter, 1);
    Atomics.notify(this.ints, INT.counter);
  }

  /** The next command; blocks until it is there. */
  receive(): Command {
    const { ints, seen } = this;
    while (Atomics.load(ints, INT.counter) === seen) Atomics.wait(ints, INT.counter, seen, 1000);
    this.seen++;
    return Atomics.load(ints, INT.command) as Command;
  }

  /** How many examples the next commands are about. */
  setCount(count: number): void {
    this.ints[INT.count] = count;
  }

  /** What the next gradients are of, and whether they add up with the last ones. */
  setLoss(rlScale: number, klScale: number, accumulate: boolean): void {
    this.floats[FLOAT.rlScale] = rlScale;
    this.floats[FLOAT.klScale] = klScale;
    this.ints[INT.accumulate] = accumulate ? 1 : 0;
  }

  /** Adam's step `t` = 1, 2, …: gradients are multiplied by `gradientScale`, `weightDecay` times the parameters added. */
  setUpdate(learningRate: number, t: number, gradientScale: number, weightDecay: number): void {
    this.floats[FLOAT.rate] = (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
    this.floats[FLOAT.gradientScale] = gradientScale;
    this.floats[FLOAT.weightDecay] = weightDecay;
  }

  /** The examples, as this thread sees them. */
  batch(learning: boolean): Batch {
    const { ints, floats } = this;
    const count = ints[INT.count];
    const [from, to] = this.context.share(count);
    const [rlScale, klScale] = [floats[FLOAT.rlScale], floats[FLOAT.klScale]];
    return { count, from, to, learning, accumulate: ints[INT.accumulate] === 1, rlScale, klScale };
  }

  get update(): Update {
    const { floats } = this;
    const { rate, gradientScale, weightDecay } = FLOAT;
    return { rate: floats[rate], gradientScale: floats[gradientScale], weightDecay: floats[weightDecay] };
  }
}
