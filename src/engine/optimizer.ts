// From the threads' gradients to new parameters: adding up, then Adam (D. Kingma & J. Ba, 2015). Each thread takes its
// range of every parameter.
import type { ThreadContext } from './context';
import type { Update } from './control';
import { ADAM } from './conventions';
import type { MemoryLayout } from './memory-layout';
import type { ParameterTable } from './parameters';

/** Addresses. */
export interface OptimizerPlan {
  moments: number;
  variances: number;
  /** Each thread's sum of squares, float64. */
  norms: number;
}

export const planOptimizer = (layout: MemoryLayout, table: ParameterTable): OptimizerPlan => ({
  moments: layout.trainingFloats(table.trainable),
  variances: layout.trainingFloats(table.trainable),
  norms: layout.doubles(layout.options.threads),
});

/** Values that a share begins with a multiple of. */
const SHARE = 16;

export class Optimizer {
  constructor(
    private readonly context: ThreadContext,
    private readonly plan: OptimizerPlan,
  ) {}

  /** This thread's gradients become 0. */
  clear(): void {
    const { shared, thread } = this.context;
    const size = shared.table.shared;
    const address = thread === 0 ? shared.gradients : shared.partials + (thread - 1) * size * 4;
    this.context.floats(address, size).fill(0);
  }

  /** Adds the threads' gradients up, in a fixed order, and takes the square of their norm. */
  reduce(): void {
    const { shared, kernels, threads, thread, barrier, f64 } = this.context;
    const { table, gradients, partials } = shared;
    const [from, to] = this.context.share(table.shared, SHARE);
    for (let t = 1; t < threads; t++) {
      kernels.addTo(gradients + from * 4, partials + ((t - 1) * table.shared + from) * 4, to - from);
    }
    barrier.wait();
    let sum = 0;
    for (const { offset, size, trainable } of table.list) {
      if (!trainable) continue;
      const [a, b] = this.context.share(size, SHARE);
      sum += kernels.sumOfSquares(gradients + (offset + a) * 4, b - a);
    }
    f64[this.plan.norms / 8 + thread] = sum;
  }

  /** The norm of the whole gradient, once all threads have reduced. */
  norm(): number {
    const { context, plan } = this;
    return Math.sqrt(context.doubles(plan.norms, context.threads).reduce((sum, part) => sum + part, 0));
  }

  /** One step of Adam. */
  update({ rate, gradientScale, weightDecay }: Update): void {
    const { context, plan } = this;
    const { table, parameters, gradients } = context.shared;
    for (const { offset, size, trainable, rateScale } of table.list) {
      if (!trainable) continue;
      const [from, to] = context.share(size, SHARE);
      if (from === to) continue;
      const at = (offset + from) * 4;
      const blocks = [parameters + at, gradients + at, plan.moments + at, plan.variances + at];
      const { beta1, beta2, epsilon } = ADAM;
      context.kernels.adam(...blocks, to - from, rate * rateScale, beta1, beta2, epsilon, gradientScale, weightDecay);
    }
  }
}
