// The end of the network: the reconstruction's squared error, and its gradient. Each thread has its own examples.
import type { Batch, ThreadContext } from '../context';
import { addressFor, type GradientPlace } from '../gradient-places';
import type { MemoryLayout } from '../memory-layout';
import type { Layer } from './layer';

export interface OutputPlan {
  /** Values of an example. */
  volume: number;
  /** Addresses of [batch][volume]: what came into the network, and what it made of it. */
  target: number;
  reconstruction: number;
  /** Gradient in front of the sigmoid. */
  dInput: GradientPlace;
  /** Squared error of each example, float64. */
  rl: number;
}

export const planOutput = (
  layout: MemoryLayout,
  volume: number,
  target: number,
  reconstruction: number,
  dInput: GradientPlace,
): OutputPlan => ({ volume, target, reconstruction, dInput, rl: layout.doubles(layout.options.batch) });

export class OutputLayer implements Layer {
  constructor(
    private readonly context: ThreadContext,
    private readonly plan: OutputPlan,
  ) {}

  /** Σ (x̂ − x)² of each example. */
  forward(batch: Batch): void {
    this.compare(batch, 0, () => 0);
  }

  /** The same with 2 · rlScale · (x̂ − x), times the sigmoid's slope: in one go over the values. */
  backward(batch: Batch): void {
    const start = addressFor(this.plan.dInput, batch.from);
    this.compare(batch, 2 * batch.rlScale, offset => start + offset);
  }

  private compare({ from, to }: Batch, weight: number, gradient: (offset: number) => number): void {
    const { kernels, f64 } = this.context;
    const { volume, target, reconstruction, rl } = this.plan;
    for (let b = from; b < to; b++) {
      const at = b * volume * 4;
      f64[rl / 8 + b] = kernels.squaredError(target + at, reconstruction + at, volume, weight, gradient(at));
    }
  }
}
