// Where Winograd's fast convolution (kernels/winograd.ts) serves a layer, which products it takes, and how many tiles go
// through at once.
import {
  COARSE_SPAN,
  coarseFactors,
  DOWN,
  factors,
  gradientTileBytes,
  ONE,
  outputSpan,
  sums,
  TAP_FACTORS,
  UP,
  winogradTileBytes,
} from '../../../kernels/winograd-contract';
import { type ConvSpec, samePadding } from '../architecture';
import type { Pass } from './conv-passes';

/** One axis: which factor meets which weights (or coarse factor), and into which sum the product goes. */
type Axis = readonly (readonly [factor: number, weights: number, sum: number])[];

const ONE_TO_ONE: Axis = [0, 1, 2, 3, 4, 5].map(i => [i, i, i] as const);

/** At stride 2, weights 0…4 are those of the outer taps and 5 the middle one. */
const AXES: Record<1 | 2, Record<Pass, Axis>> = {
  1: { down: ONE_TO_ONE, up: ONE_TO_ONE, gradient: ONE_TO_ONE },
  2: {
    down: [
      [0, 0, 0],
      [5, 5, 0],
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
      [4, 4, 4],
      [8, 5, 4],
      [6, 5, 5],
      [7, 5, 6],
    ],
    up: [
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
      [4, 4, 4],
      [5, 5, 5],
      [6, 5, 6],
      [7, 5, 7],
      [8, 5, 8],
    ],
    gradient: [
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
      [4, 4, 4],
      [5, 0, 5],
      [6, 5, 5],
      [7, 6, 5],
      [8, 4, 5],
    ],
  },
};

/** Fewer channels than this are not worth the detour. */
const LEAST_CHANNELS = 16;
/** Tiles at once: as many as keep factors and sums near the processor. */
const BLOCK_BYTES = 2 * 2 ** 20;
const LARGEST_BLOCK = 256;

/** Whether a layer's convolutions go this way: 3 × 3 taps, channels in eights. */
export function suitsWinograd({ kernel, stride, fine, coarse }: ConvSpec): boolean {
  const channels = [fine[2], coarse[2]];
  return kernel === 3 && stride <= 2 && channels.every(count => count % 8 === 0 && count >= LEAST_CHANNELS);
}

/** Integers that describe one product to the kernels. */
export const PRODUCT_SIZE = 4;

/** How the kernels call a pass. */
export function kindOf(stride: number, pass: Pass): number {
  if (stride === 1) return ONE;
  return pass === 'up' ? UP : DOWN;
}

/**
 * The products of a pass, flat: [factor, weights, sum, whether the sum begins with it] each. Those that share the
 * largest matrix come one after the other, so that it is fetched once: the weights, or in the filter gradient the sums.
 */
export function productsOf(stride: number, pass: Pass): number[] {
  const axis = AXES[stride as 1 | 2][pass];
  const kind = kindOf(stride, pass);
  const isGradient = pass === 'gradient';
  const widths = [factors(kind), isGradient ? coarseFactors(kind) : TAP_FACTORS, isGradient ? TAP_FACTORS : sums(kind)];
  const products = axis.flatMap(down => axis.map(across => widths.map((width, i) => down[i] * width + across[i])));
  const shared = isGradient ? 2 : 1;
  products.sort((a, b) => a[shared] - b[shared]);
  const begun = new Set<number>();
  return products.flatMap(([factor, weight, sum]) => {
    const begins = begun.has(sum) ? 0 : 1;
    begun.add(sum);
    return [factor, weight, sum, begins];
  });
}

/** What the kernel `winograd` is told of a pass: where tiles begin and how many there are. */
export interface Tiling {
  kind: number;
  hop: number;
  /** Where the first tile reads: y and x of the input. */
  y0: number;
  x0: number;
  /** Where it writes. */
  v0: number;
  u0: number;
  tilesY: number;
  tilesX: number;
}

export function tilingOf({ kernel, stride, fine, coarse }: ConvSpec, pass: 'down' | 'up'): Tiling {
  const kind = kindOf(stride, pass);
  const outputs = outputSpan(kind);
  const padY = samePadding(fine[0], kernel, stride);
  const padX = samePadding(fine[1], kernel, stride);
  const tiles = (height: number, width: number) => ({
    tilesY: Math.ceil(height / outputs),
    tilesX: Math.ceil(width / outputs),
  });
  if (pass === 'down') {
    const hop = COARSE_SPAN * stride;
    return { kind, hop, y0: -padY, x0: -padX, v0: 0, u0: 0, ...tiles(coarse[0], coarse[1]) };
  }
  if (stride === 1) {
    return { kind, hop: COARSE_SPAN, y0: padY - 2, x0: padX - 2, v0: 0, u0: 0, ...tiles(fine[0], fine[1]) };
  }
  const place = { y0: -1, x0: -1, v0: -padY, u0: -padX };
  return { kind, hop: COARSE_SPAN, ...place, ...tiles(fine[0] + padY, fine[1] + padX) };
}

/** Scratch that a tile takes, in bytes. */
function tileBytes({ stride, fine, coarse }: ConvSpec, pass: Pass): number {
  const kind = kindOf(stride, pass);
  const [P, Q] = [fine[2], coarse[2]];
  if (pass === 'gradient') return gradientTileBytes(kind, P, Q);
  return pass === 'down' ? winogradTileBytes(kind, P, Q) : winogradTileBytes(kind, Q, P);
}

/** Tiles that a pass over a batch takes at once; a multiple of 4. */
export function blockOf(spec: ConvSpec, pass: Pass, batch: number): number {
  const { tilesY, tilesX } = tilingOf(spec, pass === 'up' ? 'up' : 'down');
  const fitting = Math.floor(BLOCK_BYTES / tileBytes(spec, pass)) & ~3;
  const all = (tilesY * tilesX * batch + 3) & ~3;
  return Math.max(4, Math.min(LARGEST_BLOCK, fitting, all));
}
