// One convolution layer: convolution, activation, batch norm. Encoder layers go down (fine → coarse grid), decoder
// layers up.
import { LINEAR, RELU } from '../../../kernels/contract';
import { type ConvSpec, volume } from '../architecture';
import type { Batch, ThreadContext } from '../context';
import { addressFor, type GradientPlace } from '../gradient-places';
import type { MemoryLayout } from '../memory-layout';
import { BatchNorm, type BatchNormPlan, planBatchNorm } from './batch-norm';
import type { ConvPasses, Pass } from './conv-passes';
import { DirectConv, type DirectConvPlan, planDirectConv } from './direct-conv';
import type { Layer } from './layer';
import { planWinogradConv, WinogradConv, type WinogradConvPlan } from './winograd-conv';
import { suitsWinograd } from './winograd-tiles';

/** Values that batch norm and ReLU go back through one after the other, while they are in the caches. */
const STRETCH_VALUES = 65536;

export type Direction = 'down' | 'up';

export interface ConvPlan {
  name: string;
  spec: ConvSpec;
  direction: Direction;
  /** Addresses: the input, the activation, and behind batch norm (else the same) the output. */
  input: number;
  activation: number;
  output: number;
  /** Values of an example behind this layer. */
  outputVolume: number;
  /** Gradients of output and input; none of the input where no layer comes before. */
  dOutput: GradientPlace;
  dInput: GradientPlace | undefined;
  passes: DirectConvPlan | WinogradConvPlan;
  batchNorm: BatchNormPlan | undefined;
}

export function planConv(
  layout: MemoryLayout,
  name: string,
  spec: ConvSpec,
  direction: Direction,
  input: number,
  dOutput: GradientPlace,
  dInput: GradientPlace | undefined,
): ConvPlan {
  const { batch, training } = layout.options;
  const out = direction === 'down' ? spec.coarse : spec.fine;
  const outputVolume = volume(out);
  const activation = layout.floats(batch * outputVolume);
  const needed: Pass[] = training ? ['down', 'up', 'gradient'] : [direction];
  const passes = (suitsWinograd(spec) ? planWinogradConv : planDirectConv)(layout, spec, needed);
  const batchNorm = spec.batchNorm ? planBatchNorm(layout, name, out, activation) : undefined;
  const output = batchNorm?.output ?? activation;
  return { name, spec, direction, input, activation, output, outputVolume, dOutput, dInput, passes, batchNorm };
}

export class ConvLayer implements Layer {
  private readonly passes: ConvPasses;
  private readonly batchNorm: BatchNorm | undefined;
  private readonly bias: number;
  private readonly biasGradient: number;

  constructor(
    private readonly context: ThreadContext,
    private readonly plan: ConvPlan,
  ) {
    const { name, spec, passes } = plan;
    const weight = context.parameter(`${name}.weight`);
    const weightGradient = context.gradient(`${name}.weight`);
    this.passes =
      passes.kind === 'winograd'
        ? new WinogradConv(context, spec, passes, weight, weightGradient)
        : new DirectConv(context, spec, passes, weight, weightGradient);
    this.bias = context.parameter(`${name}.bias`);
    this.biasGradient = context.gradient(`${name}.bias`);
    this.batchNorm = plan.batchNorm && new BatchNorm(context, plan.batchNorm);
  }

  /** After every change of the weights, before anything else. */
  pack(): void {
    this.passes.pack();
  }

  forward(batch: Batch): void {
    const { plan, bias } = this;
    const { input, activation: output, direction, spec, outputVolume } = plan;
    const { from, to } = batch;
    this.passes[direction]({ input, output, bias, activation: spec.activation === 'relu' ? RELU : LINEAR, from, to });
    if (spec.activation === 'sigmoid') {
      for (let i = from; i < to; i++) this.context.kernels.sigmoid(output + i * outputVolume * 4, outputVolume);
    }
    this.batchNorm?.forward(batch);
  }

  /** The gradient of the output is changed in place. A sigmoid's slope is already in it (see output.ts). */
  backward(batch: Batch): void {
    const { plan } = this;
    const { from, to } = batch;
    const dOutput = addressFor(plan.dOutput, from);
    this.throughActivation(dOutput, batch);
    const [fine, coarse] = plan.direction === 'down' ? [plan.input, dOutput] : [dOutput, plan.input];
    this.passes.filterGradient(fine, coarse, from, to);
    if (!plan.dInput) return;
    const back = plan.direction === 'down' ? 'up' : 'down';
    const output = addressFor(plan.dInput, from);
    this.passes[back]({ input: dOutput, output, bias: 0, activation: LINEAR, from, to });
  }

  /** Back through batch norm and ReLU, with their gradients and the bias', in stretches that the caches hold. */
  private throughActivation(dOutput: number, batch: Batch): void {
    const { context, plan, batchNorm } = this;
    const { spec, direction, outputVolume, activation } = plan;
    batchNorm?.prepareBackward(dOutput, batch);
    const channels = (direction === 'down' ? spec.coarse : spec.fine)[2];
    const end = batch.to * outputVolume;
    const stretch = Math.max(1, Math.floor(STRETCH_VALUES / channels)) * channels;
    for (let at = batch.from * outputVolume; at < end; at += stretch) {
      const positions = Math.min(stretch, end - at) / channels;
      const [dy, x] = [dOutput + at * 4, activation + at * 4];
      batchNorm?.backward(dy, x, positions);
      context.kernels.reluBiasGradient(dy, spec.activation === 'relu' ? x : 0, positions, channels, this.biasGradient);
    }
  }
}
