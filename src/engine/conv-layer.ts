// One convolution layer on one thread: forward and backward next to each other. Encoder layers go down (fine →
// coarse grid), decoder layers up; what is forward for one is backward for the other.
import { samePadding, volume } from './architecture';
import { BatchNorm } from './batch-norm';
import type { ThreadContext } from './context';
import type { ConvPlan, Phase, WinogradPlan } from './plan';
import { blockOf, type Pass, productsOf, tilingOf } from './winograd';

const LINEAR = 0;
const RELU = 1;
/** Values that batch norm and ReLU go back through one after the other, while they are in the caches. */
const STRETCH_VALUES = 65536;

export class ConvLayer {
  private readonly batchNorm: BatchNorm | undefined;
  private readonly weight: number;
  private readonly bias: number;
  private readonly weightGradient: number;
  private readonly biasGradient: number;
  private readonly relu: boolean;

  constructor(
    private readonly context: ThreadContext,
    readonly plan: ConvPlan,
  ) {
    const { spec, name } = plan;
    this.weight = context.parameter(`${name}.weight`);
    this.bias = context.parameter(`${name}.bias`);
    this.weightGradient = context.gradient(`${name}.weight`);
    this.biasGradient = context.gradient(`${name}.bias`);
    this.relu = spec.activation === 'relu';
    this.batchNorm = spec.batchNorm ? new BatchNorm(context, plan) : undefined;
    if (context.thread === 0) this.writeTaps();
  }

  /** The tables of where taps look; written once, by the first thread. */
  private writeTaps(): void {
    const { i32 } = this.context;
    const { spec, taps, phases, winograd } = this.plan;
    const { kernel, stride, fine } = spec;
    if (winograd) {
      for (const pass of ['down', 'up', 'gradient'] as const) {
        i32.set(productsOf(stride, pass), winograd.products[pass].address / 4);
      }
    }
    const padY = samePadding(fine[0], kernel, stride);
    const padX = samePadding(fine[1], kernel, stride);
    for (let t = 0; t < kernel * kernel; t++) {
      i32[taps / 4 + 2 * t] = Math.floor(t / kernel) - padY;
      i32[taps / 4 + 2 * t + 1] = (t % kernel) - padX;
    }
    for (const phase of phases) {
      phase.numbers.forEach((t, i) => {
        i32[phase.chosen / 4 + i] = t;
        i32[phase.taps / 4 + 2 * i] = (phase.y + padY - Math.floor(t / kernel)) / stride;
        i32[phase.taps / 4 + 2 * i + 1] = (phase.x + padX - (t % kernel)) / stride;
      });
    }
  }

  /** Brings the weights into the order in which the kernels read them; each thread does its share of the panels. */
  pack(): void {
    const { kernels, thread, threads, scratch } = this.context;
    const { spec, packedDown, phases, winograd } = this.plan;
    const taps = spec.kernel * spec.kernel;
    const fine = spec.fine[2];
    const coarse = spec.coarse[2];
    const share = (panels: number): [number, number] => [
      Math.floor((panels * thread) / threads),
      Math.floor((panels * (thread + 1)) / threads),
    ];
    if (winograd) {
      const layer = [this.weight, spec.stride, fine, coarse];
      const { packedDown, packedUp } = winograd;
      if (packedDown) kernels.packWinogradDown(...layer, packedDown, ...share(coarse / 8), scratch);
      if (packedUp) kernels.packWinogradUp(...layer, packedUp, ...share(fine / 8), scratch);
    }
    if (packedDown) kernels.packDown(this.weight, taps, fine, coarse, packedDown, ...share(Math.ceil(coarse / 8)));
    for (const phase of phases) {
      if (fine === 1) {
        if (thread === 0) this.packSingle(phase);
      } else {
        kernels.packUp(
          this.weight,
          phase.chosen,
          phase.numbers.length,
          fine,
          coarse,
          phase.packed,
          ...share(Math.ceil(fine / 8)),
        );
      }
    }
  }

  /** One output channel needs no panels: the rows of the taps, one after the other. */
  private packSingle(phase: Phase): void {
    const { f32 } = this.context;
    const coarse = this.plan.spec.coarse[2];
    phase.numbers.forEach((t, i) => {
      const from = this.weight / 4 + t * coarse;
      f32.copyWithin(phase.packed / 4 + i * coarse, from, from + coarse);
    });
  }

  /** in → act(conv(in) + bias), batch norm behind it; for the thread's own pictures. */
  forward(from: number, to: number, count: number, learning: boolean): void {
    const { plan } = this;
    const act = this.relu ? RELU : LINEAR;
    if (plan.direction === 'down') this.down(plan.input, plan.activation, this.bias, from, to, act);
    else this.up(plan.input, plan.activation, this.bias, from, to, act);
    if (plan.spec.activation === 'sigmoid') {
      for (let i = from; i < to; i++) {
        this.context.kernels.sigmoid(plan.activation + i * plan.outputVolume * 4, plan.outputVolume);
      }
    }
    this.batchNorm?.forward(from, to, count, learning);
  }

  /**
   * From the gradient of the output (changed in place) to those of weights, bias and, where wanted, the input.
   * A sigmoid's slope is already in the gradient (see squaredError).
   * @param dOutput address of [batch][output]
   * @param dInput address of [batch][input], 0 where nobody needs it
   */
  backward(dOutput: number, dInput: number, from: number, to: number, count: number): void {
    const { context, plan } = this;
    const { kernels } = context;
    const { spec, outputVolume } = plan;
    const out = plan.direction === 'down' ? spec.coarse : spec.fine;
    this.batchNorm?.prepareBackward(dOutput, from, to, count);
    const channels = out[2];
    const first = from * outputVolume;
    const end = to * outputVolume;
    const stretch = Math.max(1, Math.floor(STRETCH_VALUES / channels)) * channels;
    for (let at = first; at < end; at += stretch) {
      const positions = Math.min(stretch, end - at) / channels;
      const dy = dOutput + at * 4;
      const x = plan.activation + at * 4;
      this.batchNorm?.backward(dy, x, positions);
      kernels.reluBiasGradient(dy, this.relu ? x : 0, positions, channels, this.biasGradient);
    }
    const fine = plan.direction === 'down' ? plan.input : dOutput;
    const coarse = plan.direction === 'down' ? dOutput : plan.input;
    this.filterGradient(fine, coarse, from, to);
    if (!dInput) return;
    if (plan.direction === 'down') this.up(dOutput, dInput, 0, from, to, LINEAR);
    else this.down(dOutput, dInput, 0, from, to, LINEAR);
  }

  /** dw += the gradient of the weights, from both sides of the layer. */
  private filterGradient(fine: number, coarse: number, from: number, to: number): void {
    const { kernels, zeros, scratch } = this.context;
    const { spec, taps, phases, winograd } = this.plan;
    const { kernel, stride } = spec;
    const [fineH, fineW, P] = spec.fine;
    const [coarseH, coarseW, Q] = spec.coarse;
    if (winograd) {
      const { y0, x0 } = tilingOf(spec, 'down');
      const { address, count } = winograd.products.gradient;
      const fineSide = [fine, fineH, fineW, P, y0, x0];
      const coarseSide = [coarse, coarseH, coarseW, Q];
      const target = [
        this.weightGradient,
        from,
        to,
        address,
        count,
        blockOf(spec, 'gradient', this.context.plan.options.batch),
        scratch,
      ];
      kernels.winogradFilterGradient(stride, ...fineSide, ...coarseSide, ...target);
      return;
    }
    const area = kernel * kernel;
    const rest = [this.weightGradient, from, to, zeros, scratch];
    if (Q === 1 && stride === 1) {
      // The same sum seen from the other side, so that the many channels fill the tiles: taps look the other way.
      kernels.convFilterGradient(coarse, coarseH, coarseW, 1, phases[0].taps, area, 1, fine, fineH, fineW, P, ...rest);
    } else {
      kernels.convFilterGradient(fine, fineH, fineW, P, taps, area, stride, coarse, coarseH, coarseW, Q, ...rest);
    }
  }

  private down(input: number, output: number, bias: number, from: number, to: number, act: number): void {
    const { kernels, zeros, scratch, f32 } = this.context;
    const { spec, taps, packedDown, winograd } = this.plan;
    const { kernel, stride, fine, coarse } = spec;
    if (winograd) {
      this.tiled(winograd, 'down', input, output, bias, from, to, act);
      return;
    }
    const source = [input, fine[0], fine[1], fine[2], taps, kernel * kernel, stride];
    const target = [output, coarse[0], coarse[1], coarse[0], coarse[1], 1, 0, 0, from, to, zeros];
    // One channel, and nothing to do at the end: the weights are in the right order as they are.
    if (coarse[2] === 1 && act === LINEAR) {
      kernels.convRowsSingle(...source, this.weight, bias ? f32[bias / 4] : 0, ...target);
    } else kernels.convRows(...source, packedDown, coarse[2], bias, ...target, scratch, act);
  }

  private up(input: number, output: number, bias: number, from: number, to: number, act: number): void {
    const { kernels, zeros, scratch, f32 } = this.context;
    const { spec, phases, winograd } = this.plan;
    const { stride, fine, coarse } = spec;
    if (winograd) {
      this.tiled(winograd, 'up', input, output, bias, from, to, act);
      return;
    }
    for (const { y, x, taps, count, packed } of phases) {
      const gridH = Math.ceil((fine[0] - y) / stride);
      const gridW = Math.ceil((fine[1] - x) / stride);
      if (gridH <= 0 || gridW <= 0) continue;
      const source = [input, coarse[0], coarse[1], coarse[2], taps, count, 1, packed];
      const target = [output, fine[0], fine[1], gridH, gridW, stride, y, x, from, to, zeros];
      if (fine[2] === 1) kernels.convRowsSingle(...source, bias ? f32[bias / 4] : 0, ...target);
      else kernels.convRows(...source, fine[2], bias, ...target, scratch, act);
    }
  }

  /** One pass Winograd's way. */
  private tiled(
    winograd: WinogradPlan,
    pass: Exclude<Pass, 'gradient'>,
    input: number,
    output: number,
    bias: number,
    from: number,
    to: number,
    act: number,
  ): void {
    const { kernels, zeros, scratch } = this.context;
    const { spec } = this.plan;
    const isDown = pass === 'down';
    const [source, target] = isDown ? [spec.fine, spec.coarse] : [spec.coarse, spec.fine];
    const { kind, hop, y0, x0, v0, u0, tilesY, tilesX } = tilingOf(spec, pass);
    const { address, count } = winograd.products[pass];
    const weights = isDown ? winograd.packedDown : winograd.packedUp;
    const reads = [input, ...source, hop, y0, x0, weights, target[2], bias || zeros];
    const writes = [output, target[0], target[1], v0, u0, tilesY, tilesX, from, to];
    kernels.winograd(
      kind,
      ...reads,
      ...writes,
      address,
      count,
      blockOf(spec, pass, this.context.plan.options.batch),
      scratch,
      act,
    );
  }

  /** Batch norm's running statistics become the ones used for scoring. */
  prepareScoring(): void {
    this.batchNorm?.prepareScoring();
  }

  /** Values of one picture before this layer. */
  get inputVolume(): number {
    const { spec, direction } = this.plan;
    return volume(direction === 'down' ? spec.fine : spec.coarse);
  }
}
