// Batch normalisation over batch, height and width (S. Ioffe & C. Szegedy, 2015) on one thread. The statistics are
// those of the whole batch: threads add up their parts at a barrier, in a fixed order.
import type { Batch, ThreadContext } from '../context';
import { BATCH_NORM } from '../conventions';
import type { MemoryLayout } from '../memory-layout';

const { epsilon: EPSILON, momentum: MOMENTUM } = BATCH_NORM;

export interface BatchNormPlan {
  /** What its parameters' names begin with. */
  name: string;
  channels: number;
  /** Positions of an example, each with all channels. */
  positions: number;
  /** Addresses: input and output, [batch][positions][channels]. */
  input: number;
  output: number;
  /** Float64 sums of each thread, forward and backward: [threads][2·channels]. */
  sums: number;
  gradientSums: number;
  /** Vectors of each thread: [threads][3][channels + 8]. */
  vectors: number;
}

export function planBatchNorm(
  layout: MemoryLayout,
  name: string,
  [height, width, channels]: readonly [number, number, number],
  input: number,
): BatchNormPlan {
  const { batch, threads, training } = layout.options;
  const positions = height * width;
  return {
    ...{ name, channels, positions, input },
    output: layout.floats(batch * positions * channels),
    sums: layout.doubles(threads * 2 * channels),
    gradientSums: training ? layout.doubles(threads * 2 * channels) : 0,
    vectors: layout.floats(threads * 3 * (channels + 8)),
  };
}

export class BatchNorm {
  private readonly gamma: number;
  private readonly beta: number;
  private readonly mean: number;
  private readonly variance: number;
  private readonly gammaGradient: number;
  private readonly betaGradient: number;
  /** Three vectors of this thread; the last batch's mean and 1/σ stay there for the way back. */
  private readonly scale: Float32Array;
  private readonly shift: Float32Array;
  private readonly offset: Float32Array;
  private readonly batchMean: Float64Array;
  private readonly batchInverse: Float64Array;

  constructor(
    private readonly context: ThreadContext,
    private readonly plan: BatchNormPlan,
  ) {
    const { name, channels, vectors } = plan;
    this.gamma = context.parameter(`${name}.gamma`) / 4;
    this.beta = context.parameter(`${name}.beta`) / 4;
    this.mean = context.parameter(`${name}.mean`) / 4;
    this.variance = context.parameter(`${name}.variance`) / 4;
    this.gammaGradient = context.gradient(`${name}.gamma`) / 4;
    this.betaGradient = context.gradient(`${name}.beta`) / 4;
    const vector = (k: number) => context.floats(vectors + (context.thread * 3 + k) * (channels + 8) * 4, channels);
    this.scale = vector(0);
    this.shift = vector(1);
    this.offset = vector(2);
    this.batchMean = new Float64Array(channels);
    this.batchInverse = new Float64Array(channels);
  }

  /** y = γ·(x − mean)/√(variance + ε) + β with the batch's own statistics (learning) or the running ones. */
  forward({ from, to, count, learning }: Batch): void {
    const { context, plan, scale, shift } = this;
    const { positions, channels } = plan;
    const start = from * positions * channels * 4;
    if (learning) this.takeStatistics(plan.input + start, to - from, count);
    else this.takeRunningStatistics();
    const [x, y] = [plan.input + start, plan.output + start];
    context.kernels.channelAffine(x, y, (to - from) * positions, channels, scale.byteOffset, shift.byteOffset);
  }

  /** @param x address of the thread's own `own` examples, of `count` in the batch */
  private takeStatistics(x: number, own: number, count: number): void {
    const { context, plan } = this;
    const { positions, channels } = plan;
    const { f32, kernels, thread } = context;
    kernels.channelSums(x, x, own * positions, channels, this.clear(plan.sums));
    context.barrier.wait();
    const [sum, sumOfSquares] = this.total(plan.sums);
    const n = count * positions;
    for (let c = 0; c < channels; c++) {
      const mean = sum[c] / n;
      const variance = Math.max(0, sumOfSquares[c] / n - mean * mean);
      const inverse = 1 / Math.sqrt(variance + EPSILON);
      this.batchMean[c] = mean;
      this.batchInverse[c] = inverse;
      this.setAffine(c, mean, inverse);
      if (thread === 0) {
        f32[this.mean + c] = MOMENTUM * f32[this.mean + c] + (1 - MOMENTUM) * mean;
        f32[this.variance + c] = MOMENTUM * f32[this.variance + c] + (1 - MOMENTUM) * variance;
      }
    }
  }

  private takeRunningStatistics(): void {
    const { f32 } = this.context;
    for (let c = 0; c < this.plan.channels; c++) {
      this.setAffine(c, f32[this.mean + c], 1 / Math.sqrt(f32[this.variance + c] + EPSILON));
    }
  }

  private setAffine(c: number, mean: number, inverse: number): void {
    const { f32 } = this.context;
    this.scale[c] = f32[this.gamma + c] * inverse;
    this.shift[c] = f32[this.beta + c] - mean * f32[this.gamma + c] * inverse;
  }

  /**
   * What `backward` needs from the whole gradient of the output; γ's and β's gradients on the way.
   * @param dOutput address, such that example `from` lies `from` examples behind it
   */
  prepareBackward(dOutput: number, { from, to, count }: Batch): void {
    const { context, plan, batchMean, batchInverse } = this;
    const { positions, channels } = plan;
    const { f32, kernels, thread } = context;
    const start = from * positions * channels * 4;
    const mine = this.clear(plan.gradientSums);
    kernels.channelSums(dOutput + start, plan.input + start, (to - from) * positions, channels, mine);
    context.barrier.wait();
    const [sum, sumX] = this.total(plan.gradientSums);
    const n = count * positions;
    for (let c = 0; c < channels; c++) {
      const mean = batchMean[c];
      const inverse = batchInverse[c];
      const dBeta = sum[c];
      const dGamma = inverse * (sumX[c] - mean * sum[c]);
      if (thread === 0) {
        f32[this.gammaGradient + c] += dGamma;
        f32[this.betaGradient + c] += dBeta;
      }
      const slope = f32[this.gamma + c] * inverse;
      this.scale[c] = slope;
      this.shift[c] = (-slope * inverse * dGamma) / n;
      this.offset[c] = (slope * (mean * inverse * dGamma - dBeta)) / n;
    }
  }

  /**
   * From the gradient of the output, in place, to that of the input, for a stretch of positions.
   * @param dy address of its gradients, x of its inputs
   */
  backward(dy: number, x: number, positions: number): void {
    const { scale, shift, offset, plan } = this;
    const factors = [scale.byteOffset, shift.byteOffset, offset.byteOffset] as const;
    this.context.kernels.channelGradient(dy, x, positions, plan.channels, ...factors);
  }

  /** Zeroes this thread's sums; their address. */
  private clear(sums: number): number {
    const { f64, thread } = this.context;
    const mine = sums / 8 + thread * 2 * this.plan.channels;
    f64.fill(0, mine, mine + 2 * this.plan.channels);
    return mine * 8;
  }

  private total(sums: number): [Float64Array, Float64Array] {
    const { f64, threads } = this.context;
    const { channels } = this.plan;
    const first = new Float64Array(channels);
    const second = new Float64Array(channels);
    for (let t = 0; t < threads; t++) {
      const base = sums / 8 + t * 2 * channels;
      for (let c = 0; c < channels; c++) {
        first[c] += f64[base + c];
        second[c] += f64[base + channels + c];
      }
    }
    return [first, second];
  }
}
