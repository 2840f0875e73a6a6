// Where Winograd's fast convolution (kernels/winograd.ts) serves a layer, which products it takes, and what memory.
import { type ConvSpec, samePadding } from './architecture';

/** How a pass over the layer goes: `kind` and tables as kernels/winograd-maps.ts has them. */
export type Pass = 'down' | 'up' | 'gradient';

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

/** Samples, factors, sums and outputs along one axis; kept equal to kernels/winograd-maps.ts. */
const SHAPES = {
  one: { kind: 0, span: 6, factors: 6, sums: 6, outputs: 4, coarse: 6 },
  down: { kind: 1, span: 9, factors: 9, sums: 7, outputs: 4, coarse: 7 },
  up: { kind: 2, span: 5, factors: 9, sums: 9, outputs: 8, coarse: 0 },
};
/** Factors of a filter along an axis: as many matrices of weights, squared. */
const WEIGHTS = 6;
const GAP_BYTES = 64;
const TEMP_BYTES = 2 * 12288;
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

/**
 * The products of a pass, flat: [factor, weights, sum, whether the sum begins with it] each. Those that share the largest matrix come one after the
 * other, so that it is fetched once: the weights, or in the filter gradient the sums.
 */
export function productsOf(stride: number, pass: Pass): number[] {
  const axis = AXES[stride as 1 | 2][pass];
  const shape = shapeOf(stride, pass);
  const weights = pass === 'gradient' ? shape.coarse : WEIGHTS;
  const sums = pass === 'gradient' ? WEIGHTS : shape.sums;
  const begun = new Set<number>();
  const products = axis.flatMap(([fy, wy, sy]) =>
    axis.map(([fx, wx, sx]) => [fy * shape.factors + fx, wy * weights + wx, sy * sums + sx]),
  );
  const shared = pass === 'gradient' ? 2 : 1;
  products.sort((a, b) => a[shared] - b[shared]);
  return products.flatMap(([factor, weight, sum]) => {
    const begins = begun.has(sum) ? 0 : 1;
    begun.add(sum);
    return [factor, weight, sum, begins];
  });
}

const shapeOf = (stride: number, pass: Pass) => (stride === 1 ? SHAPES.one : pass === 'up' ? SHAPES.up : SHAPES.down);

/** What the kernel `winograd` is told of a pass: where tiles begin and how many there are. */
export interface Tiling {
  kind: number;
  hop: number;
  /** Where the first tile reads: row and column of the input. */
  y0: number;
  x0: number;
  /** Where it writes. */
  v0: number;
  u0: number;
  tilesY: number;
  tilesX: number;
}

export function tilingOf({ kernel, stride, fine, coarse }: ConvSpec, pass: 'down' | 'up'): Tiling {
  const { kind, outputs } = shapeOf(stride, pass);
  const padY = samePadding(fine[0], kernel, stride);
  const padX = samePadding(fine[1], kernel, stride);
  if (pass === 'down') {
    const [tilesY, tilesX] = [Math.ceil(coarse[0] / outputs), Math.ceil(coarse[1] / outputs)];
    return { kind, hop: 4 * stride, y0: -padY, x0: -padX, v0: 0, u0: 0, tilesY, tilesX };
  }
  if (stride === 1) {
    const [tilesY, tilesX] = [Math.ceil(fine[0] / outputs), Math.ceil(fine[1] / outputs)];
    return { kind, hop: 4, y0: padY - 2, x0: padX - 2, v0: 0, u0: 0, tilesY, tilesX };
  }
  const [tilesY, tilesX] = [Math.ceil((fine[0] + padY) / outputs), Math.ceil((fine[1] + padX) / outputs)];
  return { kind, hop: 4, y0: -1, x0: -1, v0: -padY, u0: -padX, tilesY, tilesX };
}

/** Floats that the packed matrices of weights take. */
export const packedWeights = ({ fine, coarse }: ConvSpec): number =>
  WEIGHTS ** 2 * (fine[2] * coarse[2] + GAP_BYTES / 4);

/** Bytes of scratch that one tile takes, and what the pass takes besides. */
function scratchParts(spec: ConvSpec, pass: Pass): { perTile: number; fixed: number } {
  const { span, factors, sums, coarse } = shapeOf(spec.stride, pass);
  const [P, Q] = [spec.fine[2], spec.coarse[2]];
  if (pass === 'gradient') {
    const perTile = (factors ** 2 * P + coarse ** 2 * Q) * 4;
    const gaps = GAP_BYTES * (factors ** 2 * (P / 4 + 1) + coarse ** 2 * (Q / 8 + 1));
    const patches = (span ** 2 * P + 16 * Q) * 4;
    return { perTile, fixed: TEMP_BYTES + patches + gaps + WEIGHTS ** 2 * (P * Q * 4 + GAP_BYTES) };
  }
  const [C, N] = pass === 'down' ? [P, Q] : [Q, P];
  const perTile = (factors ** 2 * C + sums ** 2 * N) * 4;
  const fixed = TEMP_BYTES + GAP_BYTES * (factors ** 2 + sums ** 2) + span ** 2 * C * 4;
  return { perTile, fixed };
}

/** Tiles that a pass over a batch takes at once; a multiple of 4. */
export function blockOf(spec: ConvSpec, pass: Pass, batch: number): number {
  const { tilesY, tilesX } = tilingOf(spec, pass === 'up' ? 'up' : 'down');
  const fitting = Math.floor(BLOCK_BYTES / scratchParts(spec, pass).perTile) & ~3;
  const all = (tilesY * tilesX * batch + 3) & ~3;
  return Math.max(4, Math.min(LARGEST_BLOCK, fitting, all));
}

/** Scratch of the passes over a layer, in bytes. */
export function winogradScratchBytes(spec: ConvSpec, passes: readonly Pass[], batch: number): number {
  return Math.max(
    ...passes.map(pass => {
      const { perTile, fixed } = scratchParts(spec, pass);
      return fixed + perTile * blockOf(spec, pass, batch);
    }),
    // Packing the weights: 36 matrices of 8 × 4 values behind what is in between.
    8192,
  );
}
