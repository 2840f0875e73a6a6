// A convolution as a matrix product (kernels/conv.ts). Going down, each output looks at its taps; going up with stride s
// is s² convolutions, one for each phase of the fine grid, so that nothing is multiplied by inserted zeros.
import { convGradientScratch, convRowsScratch, inPanels, LINEAR, PANEL } from '../../../kernels/contract';
import { type ConvSpec, samePadding } from '../architecture';
import type { ThreadContext } from '../context';
import type { MemoryLayout } from '../memory-layout';
import { type ConvPasses, type Pass, shareOfPanels, type Transfer } from './conv-passes';

/** One of the stride² interleaved grids on which going up is an ordinary convolution. */
interface Phase {
  y: number;
  x: number;
  /** Which taps take part, in the order of the weights. */
  numbers: number[];
  /** How many the kernels are told of: at least one. */
  count: number;
  /** Addresses: of `numbers`, of (dy, dx) of each, and of the packed weights. */
  chosen: number;
  taps: number;
  packed: number;
}

export interface DirectConvPlan {
  kind: 'direct';
  /** Address of (dy, dx) of every tap going down. */
  taps: number;
  packedDown: number;
  phases: Phase[];
}

export function planDirectConv(layout: MemoryLayout, spec: ConvSpec, passes: readonly Pass[]): DirectConvPlan {
  const { kernel, stride, fine, coarse } = spec;
  const [taps, P, Q] = [kernel * kernel, fine[2], coarse[2]];
  layout.needScratch(convRowsScratch(taps, P, Q));
  layout.needScratch(convRowsScratch(taps, Q, P));
  layout.needScratch(convGradientScratch(taps, Math.max(P, Q)));
  const phases: Phase[] = [];
  for (let y = 0; passes.includes('up') && y < stride; y++) {
    for (let x = 0; x < stride; x++) phases.push(planPhase(layout, spec, y, x));
  }
  return {
    kind: 'direct',
    taps: layout.take(taps * 8),
    packedDown: passes.includes('down') ? layout.floats(taps * P * inPanels(Q)) : 0,
    phases,
  };
}

function planPhase(layout: MemoryLayout, { kernel, stride, fine, coarse }: ConvSpec, y: number, x: number): Phase {
  const padY = samePadding(fine[0], kernel, stride);
  const padX = samePadding(fine[1], kernel, stride);
  const numbers: number[] = [];
  for (let t = 0; t < kernel * kernel; t++) {
    const ky = Math.floor(t / kernel);
    const kx = t % kernel;
    if ((y + padY - ky) % stride === 0 && (x + padX - kx) % stride === 0) numbers.push(t);
  }
  // Where a stride is wider than the kernel, no tap falls on some of the grids. A tap of weight 0 stands in, so that
  // the kernels write there too: the bias.
  const count = Math.max(1, numbers.length);
  return {
    ...{ y, x, numbers, count },
    chosen: layout.take(count * 4),
    taps: layout.take(count * 8),
    packed: layout.floats(count * coarse[2] * inPanels(fine[2])),
  };
}

export class DirectConv implements ConvPasses {
  /** @param weight addresses of the weights and of their gradient */
  constructor(
    private readonly context: ThreadContext,
    private readonly spec: ConvSpec,
    private readonly plan: DirectConvPlan,
    private readonly weight: number,
    private readonly weightGradient: number,
  ) {
    if (context.thread === 0) this.writeTaps();
  }

  private writeTaps(): void {
    const { i32 } = this.context;
    const { taps, phases } = this.plan;
    const { kernel, stride, fine } = this.spec;
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

  pack(): void {
    const { kernels, thread, threads } = this.context;
    const { spec, weight } = this;
    const { packedDown, phases } = this.plan;
    const [taps, P, Q] = [spec.kernel ** 2, spec.fine[2], spec.coarse[2]];
    const share = (channels: number) => shareOfPanels(Math.ceil(channels / PANEL), thread, threads);
    if (packedDown) kernels.packDown(weight, taps, P, Q, packedDown, ...share(Q));
    for (const phase of phases) {
      const { chosen, numbers, packed } = phase;
      if (P > 1) kernels.packUp(weight, chosen, numbers.length, P, Q, packed, ...share(P));
      else if (thread === 0) this.packSingle(phase);
    }
  }

  /** One output channel needs no panels: the taps' weights, one after the other. */
  private packSingle({ numbers, packed }: Phase): void {
    const { f32 } = this.context;
    const Q = this.spec.coarse[2];
    numbers.forEach((t, i) => {
      const from = this.weight / 4 + t * Q;
      f32.copyWithin(packed / 4 + i * Q, from, from + Q);
    });
  }

  down({ input, output, bias, activation, from, to }: Transfer): void {
    const { kernels, zeros, scratch, f32 } = this.context;
    const { taps, packedDown } = this.plan;
    const { kernel, stride, fine, coarse } = this.spec;
    const source = [input, ...fine, taps, kernel * kernel, stride];
    const [height, width, channels] = coarse;
    const target = [output, height, width, height, width, 1, 0, 0, from, to, zeros];
    // One channel, and nothing to do at the end: the weights are in the right order as they are.
    if (channels === 1 && activation === LINEAR) {
      kernels.convRowsSingle(...source, this.weight, bias ? f32[bias / 4] : 0, ...target);
    } else kernels.convRows(...source, packedDown, channels, bias, ...target, scratch, activation);
  }

  up({ input, output, bias, activation, from, to }: Transfer): void {
    const { kernels, zeros, scratch, f32 } = this.context;
    const { stride, fine, coarse } = this.spec;
    const [height, width, channels] = fine;
    for (const { y, x, taps, count, packed } of this.plan.phases) {
      const gridH = Math.ceil((height - y) / stride);
      const gridW = Math.ceil((width - x) / stride);
      if (gridH <= 0 || gridW <= 0) continue;
      const source = [input, ...coarse, taps, count, 1, packed];
      const target = [output, height, width, gridH, gridW, stride, y, x, from, to, zeros];
      if (channels === 1) kernels.convRowsSingle(...source, bias ? f32[bias / 4] : 0, ...target);
      else kernels.convRows(...source, channels, bias, ...target, scratch, activation);
    }
  }

  filterGradient(fine: number, coarse: number, from: number, to: number): void {
    const { kernels, zeros, scratch } = this.context;
    const { kernel, stride } = this.spec;
    const { taps, phases } = this.plan;
    const [fineH, fineW, P] = this.spec.fine;
    const [coarseH, coarseW, Q] = this.spec.coarse;
    const area = kernel * kernel;
    const rest = [this.weightGradient, from, to, zeros, scratch];
    if (Q === 1 && stride === 1) {
      // The same sum seen from the other side, so that the many channels fill the tiles: taps look the other way.
      kernels.convFilterGradient(coarse, coarseH, coarseW, 1, phases[0].taps, area, 1, fine, fineH, fineW, P, ...rest);
    } else {
      kernels.convFilterGradient(fine, fineH, fineW, P, taps, area, stride, coarse, coarseH, coarseW, Q, ...rest);
    }
  }
}
