// A convolution tile by tile, with fewer multiplications (kernels/winograd.ts). winograd-tiles.ts says for which layers,
// and which products that takes.
import { PANEL } from '../../../kernels/contract';
import {
  MATRICES,
  matrixBytes,
  packWinogradScratch,
  winogradGradientScratch,
  winogradScratch,
} from '../../../kernels/winograd-contract';
import type { ConvSpec } from '../architecture';
import type { ThreadContext } from '../context';
import type { MemoryLayout } from '../memory-layout';
import { type ConvPasses, type Pass, shareOfPanels, type Transfer } from './conv-passes';
import { blockOf, kindOf, PRODUCT_SIZE, productsOf, tilingOf } from './winograd-tiles';

/** The products of a pass: address of their table, and how many. */
interface Products {
  address: number;
  count: number;
}

export interface WinogradConvPlan {
  kind: 'winograd';
  products: Record<Pass, Products>;
  /** Tiles at once. */
  blocks: Record<Pass, number>;
  /** Addresses of the packed weights; 0 where a pass is not needed. */
  packedDown: number;
  packedUp: number;
}

export function planWinogradConv(layout: MemoryLayout, spec: ConvSpec, passes: readonly Pass[]): WinogradConvPlan {
  const { batch } = layout.options;
  const [P, Q] = [spec.fine[2], spec.coarse[2]];
  const table = (pass: Pass): Products => {
    const count = productsOf(spec.stride, pass).length / PRODUCT_SIZE;
    return { address: layout.take(count * PRODUCT_SIZE * 4), count };
  };
  const packed = (pass: Pass) => (passes.includes(pass) ? layout.take(MATRICES * matrixBytes(P, Q)) : 0);
  const block = (pass: Pass) => blockOf(spec, pass, batch);
  const blocks = { down: block('down'), up: block('up'), gradient: block('gradient') };
  layout.needScratch(packWinogradScratch());
  for (const pass of passes) layout.needScratch(scratchOf(spec, pass, blocks[pass]));
  return {
    kind: 'winograd',
    products: { down: table('down'), up: table('up'), gradient: table('gradient') },
    blocks,
    packedDown: packed('down'),
    packedUp: packed('up'),
  };
}

function scratchOf(spec: ConvSpec, pass: Pass, block: number): number {
  const kind = kindOf(spec.stride, pass);
  const [P, Q] = [spec.fine[2], spec.coarse[2]];
  if (pass === 'gradient') return winogradGradientScratch(kind, P, Q, block);
  return pass === 'down' ? winogradScratch(kind, P, Q, block) : winogradScratch(kind, Q, P, block);
}

export class WinogradConv implements ConvPasses {
  /** @param weight addresses of the weights and of their gradient */
  constructor(
    private readonly context: ThreadContext,
    private readonly spec: ConvSpec,
    private readonly plan: WinogradConvPlan,
    private readonly weight: number,
    private readonly weightGradient: number,
  ) {
    if (context.thread > 0) return;
    for (const pass of ['down', 'up', 'gradient'] as const) {
      context.i32.set(productsOf(spec.stride, pass), plan.products[pass].address / 4);
    }
  }

  pack(): void {
    const { kernels, thread, threads, scratch } = this.context;
    const { packedDown, packedUp } = this.plan;
    const [P, Q] = [this.spec.fine[2], this.spec.coarse[2]];
    const layer = [this.weight, this.spec.stride, P, Q];
    const share = (channels: number) => shareOfPanels(channels / PANEL, thread, threads);
    if (packedDown) kernels.packWinogradDown(...layer, packedDown, ...share(Q), scratch);
    if (packedUp) kernels.packWinogradUp(...layer, packedUp, ...share(P), scratch);
  }

  down(transfer: Transfer): void {
    this.pass('down', this.spec.fine, this.plan.packedDown, this.spec.coarse, transfer);
  }

  up(transfer: Transfer): void {
    this.pass('up', this.spec.coarse, this.plan.packedUp, this.spec.fine, transfer);
  }

  private pass(
    pass: 'down' | 'up',
    source: readonly [number, number, number],
    weights: number,
    target: readonly [number, number, number],
    { input, output, bias, activation, from, to }: Transfer,
  ): void {
    const { kernels, zeros, scratch } = this.context;
    const { kind, hop, y0, x0, v0, u0, tilesY, tilesX } = tilingOf(this.spec, pass);
    const { address, count } = this.plan.products[pass];
    const [height, width, channels] = target;
    const reads = [input, ...source, hop, y0, x0, weights, channels, bias || zeros];
    const writes = [output, height, width, v0, u0, tilesY, tilesX, from, to];
    kernels.winograd(kind, ...reads, ...writes, address, count, this.plan.blocks[pass], scratch, activation);
  }

  filterGradient(fine: number, coarse: number, from: number, to: number): void {
    const { kernels, scratch } = this.context;
    const { spec, plan } = this;
    const { y0, x0 } = tilingOf(spec, 'down');
    const { address, count } = plan.products.gradient;
    const reads = [fine, ...spec.fine, y0, x0, coarse, ...spec.coarse];
    const writes = [this.weightGradient, from, to];
    kernels.winogradFilterGradient(spec.stride, ...reads, ...writes, address, count, plan.blocks.gradient, scratch);
  }
}
