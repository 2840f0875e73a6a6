// The shapes of Winograd's tiles and the memory that they take, for the kernels and their callers; see contract.ts for
// how it is read, winograd-maps.ts for what the shapes come from.
import { TILE_BYTES } from './contract';

/** How a pass goes: at stride 1, in both directions. */
export const ONE: i32 = 0;
/** At stride 2, from the fine to the coarse grid, and back. */
export const DOWN: i32 = 1;
export const UP: i32 = 2;

/** Factors of a filter along one axis, and of the whole filter: as many matrices of weights. */
export const TAP_FACTORS: i32 = 6;
export const MATRICES: i32 = 36;
/** Coarse values of a tile along one axis. */
export const COARSE_SPAN: i32 = 4;
/** Quads of channels that go through the maps together. */
export const QUADS: i32 = 8;

/** Bytes for tiles between their two maps: 9 × 9 values of QUADS quads. */
export const TEMP_BYTES: i32 = 12288;
/** Bytes for four tiles of eight channels that are done: 8 × 8 values each. */
export const DONE_BYTES: i32 = 8192;
/** Zeros that sums begin with: six rows of eight. */
export const ZERO_BYTES: i32 = 192;
/** Bytes for a filter between its two maps. */
export const FILTER_BYTES: i32 = 1024;
/** Between matrices that would else lie a power of two apart, and get into each other's way in the caches. */
export const GAP: i32 = 64;

/** Samples of a tile of the input, along one axis. */
export function inputSpan(kind: i32): i32 {
  return kind == DOWN ? 9 : kind == UP ? 5 : 6;
}

/** Values that they become. */
export function factors(kind: i32): i32 {
  return kind == ONE ? 6 : 9;
}

/** Sums of products. */
export function sums(kind: i32): i32 {
  return kind == DOWN ? 7 : kind == UP ? 9 : 6;
}

/** Outputs of a tile. */
export function outputSpan(kind: i32): i32 {
  return kind == UP ? 8 : 4;
}

/** Values that four coarse ones become in the filter gradient. */
export function coarseFactors(kind: i32): i32 {
  return kind == ONE ? 6 : 7;
}

/** From one matrix of weights [P][Q] to the next. */
export function matrixBytes(P: i32, Q: i32): i32 {
  return P * Q * 4 + GAP;
}

/** From one factor of a block of tiles to the next, C channels each. */
export function factorBytes(C: i32, block: i32): i32 {
  return block * C * 4 + GAP;
}

/** From one sum of a block of tiles to the next, N channels each. */
export function sumBytes(N: i32, block: i32): i32 {
  return (N >> 3) * (block >> 2) * TILE_BYTES + GAP;
}

/** What `winograd` needs of its scratch for each tile of a block, from C channels to N. */
export function winogradTileBytes(kind: i32, C: i32, N: i32): i32 {
  return (factors(kind) * factors(kind) * C + sums(kind) * sums(kind) * N) * 4;
}

/** Scratch of `winograd` for blocks of `block` tiles, from C channels to N. */
export function winogradScratch(kind: i32, C: i32, N: i32, block: i32): i32 {
  const patch = inputSpan(kind) * inputSpan(kind) * C * 4;
  const U = factors(kind) * factors(kind) * factorBytes(C, block);
  const M = sums(kind) * sums(kind) * sumBytes(N, block);
  return TEMP_BYTES + DONE_BYTES + ZERO_BYTES + patch + U + M;
}

/** From one quad of channels to the next in a factor of the fine side, for the filter gradient. */
export function quadBytes(block: i32): i32 {
  return block * 16 + GAP;
}

/** From one factor of the fine side to the next, P channels. */
export function fineFactorBytes(P: i32, block: i32): i32 {
  return (P >> 2) * quadBytes(block) + GAP;
}

/** From one panel of channels to the next in a factor of the coarse side. */
export function panelBytes(block: i32): i32 {
  return block * 32 + GAP;
}

/** From one factor of the coarse side to the next, Q channels. */
export function coarseFactorBytes(Q: i32, block: i32): i32 {
  return (Q >> 3) * panelBytes(block) + GAP;
}

/** What winogradFilterGradient needs of its scratch for each tile of a block. */
export function gradientTileBytes(kind: i32, P: i32, Q: i32): i32 {
  return (factors(kind) * factors(kind) * P + coarseFactors(kind) * coarseFactors(kind) * Q) * 4;
}

/** Scratch of winogradFilterGradient for blocks of `block` tiles. */
export function winogradGradientScratch(kind: i32, P: i32, Q: i32, block: i32): i32 {
  const patches = (inputSpan(kind) * inputSpan(kind) * P + COARSE_SPAN * COARSE_SPAN * Q) * 4;
  const U = factors(kind) * factors(kind) * fineFactorBytes(P, block);
  const E = coarseFactors(kind) * coarseFactors(kind) * coarseFactorBytes(Q, block);
  return 2 * TEMP_BYTES + patches + U + E + MATRICES * matrixBytes(P, Q);
}

/** Scratch of packWinogradDown and packWinogradUp: 36 matrices of 8 × 4 values behind a filter on its way. */
export function packWinogradScratch(): i32 {
  return FILTER_BYTES + MATRICES * TILE_BYTES;
}
