// The dense layer behind the latent values: z → the feature map that the decoder starts from. It can have millions of
// values, so each thread takes a range of them.
import { denseScratch } from '../../../kernels/contract';
import type { Batch, ThreadContext } from '../context';
import { addressFor, type GradientPlace } from '../gradient-places';
import type { MemoryLayout } from '../memory-layout';
import type { LatentPlan } from './latent';
import type { Layer } from './layer';

export interface BridgePlan {
  /** Values per example: of the input, and of the output. */
  latent: number;
  volume: number;
  /** Addresses of [batch][…]. */
  input: number;
  output: number;
  /** As many as a batch has examples, and some more. */
  ones: number;
  /** Gradients: of the output, and each thread's part of that of the input, [threads][batch][latent]. */
  dOutput: GradientPlace;
  dInputParts: number;
}

export function planBridge(
  layout: MemoryLayout,
  { latent, z, dzParts }: LatentPlan,
  volume: number,
  dOutput: GradientPlace,
): BridgePlan {
  const { batch } = layout.options;
  layout.needScratch(denseScratch(batch, latent));
  return {
    ...{ latent, volume, input: z, dInputParts: dzParts, dOutput },
    output: layout.floats(batch * volume),
    ones: layout.floats(batch + 8),
  };
}

export class BridgeLayer implements Layer {
  private readonly weight: number;
  private readonly bias: number;
  private readonly weightGradient: number;
  private readonly biasGradient: number;

  constructor(
    private readonly context: ThreadContext,
    private readonly plan: BridgePlan,
  ) {
    this.weight = context.parameter('bridge.weight');
    this.bias = context.parameter('bridge.bias');
    this.weightGradient = context.gradient('bridge.weight');
    this.biasGradient = context.sharedGradient('bridge.bias');
    if (context.thread === 0) context.floats(plan.ones, context.batch + 8).fill(1);
  }

  forward({ count }: Batch): void {
    const { context, weight, bias } = this;
    const { latent, volume, input, output } = this.plan;
    const [from, to] = context.share(volume, 8);
    const { kernels, scratch } = context;
    kernels.denseForward(input, count, latent, weight, volume, bias, output, 0, latent, from, to, 0, scratch);
  }

  backward({ count, accumulate }: Batch): void {
    const { context, weight, weightGradient, biasGradient } = this;
    const { latent, volume, input, ones, dInputParts } = this.plan;
    const { kernels, scratch, thread, batch } = context;
    const range = context.share(volume, 8);
    const dOutput = addressFor(this.plan.dOutput, 0);
    const add = accumulate ? 1 : 0;
    // The bias has been cleared like those that the threads sum up by themselves, so it always adds.
    kernels.denseWeightGradient(ones, count, 1, dOutput, volume, biasGradient, 0, 1, ...range, 1, scratch);
    const weights = [dOutput, volume, weightGradient, 0, latent, ...range, add, scratch];
    kernels.denseWeightGradient(input, count, latent, ...weights);
    const part = dInputParts + thread * batch * latent * 4;
    kernels.denseInputGradientLong(dOutput, count, volume, weight, latent, part, ...range);
  }
}
