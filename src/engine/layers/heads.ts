// The dense layer in front of the latent values: the encoder's features → μ and log σ² side by side (of a plain
// autoencoder μ alone). Features can be millions, so each thread takes a range of them.
import { denseScratch } from '../../../kernels/contract';
import type { Batch, ThreadContext } from '../context';
import { addressFor, type GradientPlace } from '../gradient-places';
import type { MemoryLayout } from '../memory-layout';
import type { Layer } from './layer';

export interface HeadsPlan {
  /** Values per example: of the input, and of the output. */
  features: number;
  width: number;
  /** Addresses: [batch][features], [batch][width], and each thread's part of the output, [threads][batch][width]. */
  input: number;
  output: number;
  parts: number;
  /** Gradients of output and input. */
  dOutput: number;
  dInput: GradientPlace;
}

export function planHeads(
  layout: MemoryLayout,
  features: number,
  width: number,
  input: number,
  dInput: GradientPlace,
): HeadsPlan {
  const { batch, threads } = layout.options;
  layout.needScratch(denseScratch(batch, width));
  return {
    ...{ features, width, input, dInput },
    output: layout.floats(batch * width),
    parts: layout.floats(threads * batch * width),
    dOutput: layout.trainingFloats(batch * width),
  };
}

export class HeadsLayer implements Layer {
  private readonly weight: number;
  private readonly weightGradient: number;
  private readonly bias: Float32Array;
  private readonly biasGradient: number;

  constructor(
    private readonly context: ThreadContext,
    private readonly plan: HeadsPlan,
  ) {
    this.weight = context.parameter('heads.weight');
    this.weightGradient = context.gradient('heads.weight');
    this.bias = context.floats(context.parameter('heads.bias'), plan.width);
    this.biasGradient = context.gradient('heads.bias');
  }

  /** The output is there for the first thread. */
  forward({ count }: Batch): void {
    const { context, weight } = this;
    const { features, width, input, parts } = this.plan;
    const { kernels, barrier, thread, batch, scratch } = context;
    const part = parts + thread * batch * width * 4;
    const [from, to] = context.share(features, 4);
    if (from === to) context.floats(part, count * width).fill(0);
    kernels.denseForward(input, count, features, weight, width, 0, part, from, to, 0, width, 0, scratch);
    barrier.wait();
    if (thread === 0) this.addParts(count);
  }

  private addParts(count: number): void {
    const { context, plan, bias } = this;
    const { width, parts } = plan;
    const output = context.floats(plan.output, count * width);
    for (let i = 0; i < output.length; i++) {
      let sum = bias[i % width];
      for (let t = 0; t < context.threads; t++) sum += context.f32[parts / 4 + t * context.batch * width + i];
      output[i] = sum;
    }
  }

  backward({ count, accumulate }: Batch): void {
    const { context, weight, weightGradient } = this;
    const { features, width, input, dOutput } = this.plan;
    const { kernels, scratch, thread } = context;
    if (thread === 0) this.addBiasGradient(count);
    const [from, to] = context.share(features, 8);
    const add = accumulate ? 1 : 0;
    const gradient = [dOutput, width, weightGradient, from, to, 0, width, add, scratch];
    kernels.denseWeightGradient(input, count, features, ...gradient);
    const dInput = addressFor(this.plan.dInput, 0);
    kernels.denseInputGradient(dOutput, count, width, weight, features, dInput, from, to, scratch);
  }

  private addBiasGradient(count: number): void {
    const { width, dOutput } = this.plan;
    const dHeads = this.context.floats(dOutput, count * width);
    const gradient = this.context.floats(this.biasGradient, width);
    for (let i = 0; i < dHeads.length; i++) gradient[i % width] += dHeads[i];
  }
}
