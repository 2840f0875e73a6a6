// What the kernels and their callers in src/engine agree on: block sizes, and how much scratch a call takes. Both
// compilers read this file, AssemblyScript's for the kernels and TypeScript's for the callers, so it holds whole numbers
// only. Sizes are in bytes; the network's memory is planned with them before any kernel runs.

/** No activation, or max(0, x), at the end of a convolution. */
export const LINEAR: i32 = 0;
export const RELU: i32 = 1;

/** A tile of a matrix product: 4 × 8 float32. */
export const TILE_BYTES: i32 = 128;
/** Outputs in a panel of packed weights. */
export const PANEL: i32 = 8;

/** Positions that convRows handles at once, in groups of four. */
export const ROW_BLOCK: i32 = 64;
/** Rows of a matrix product (taps × channels, or inputs of a dense layer) that are packed at once. */
export const DEPTH: i32 = 256;
/** From this many channels on, convRows reads taps in place; below, it gathers them into short rows first. */
export const DIRECT_CHANNELS: i32 = 4;
/** Grid positions in one packed block of the filter gradient. */
export const GRADIENT_BLOCK: i32 = 256;

/** Depths are rounded up to this: `tile` goes two steps at a time, and a rest behind its loop would slow the loop. */
export function even(depth: i32): i32 {
  return (depth + 1) & ~1;
}

/** Outputs rounded up to whole panels. */
export function inPanels(N: i32): i32 {
  return (N + 7) & ~7;
}

/** Where outputs go that stand for no position: a panel more than there are. */
export function dumpBytes(N: i32): i32 {
  return (inPanels(N) + PANEL) * 4;
}

/** Scratch of convRows with T taps, C channels in and N out. */
export function convRowsScratch(T: i32, C: i32, N: i32): i32 {
  const gathered = C < DIRECT_CHANNELS ? ROW_BLOCK * T * C * 4 : 0;
  return TILE_BYTES + ROW_BLOCK * 4 + dumpBytes(N) + ROW_BLOCK * T * 4 + ROW_BLOCK * DEPTH * 4 + gathered;
}

/** Scratch of convFilterGradient with T taps and Q channels on the coarse grid. */
export function convGradientScratch(T: i32, Q: i32): i32 {
  return TILE_BYTES + GRADIENT_BLOCK * 16 + 16 + GRADIENT_BLOCK * T * 4 + GRADIENT_BLOCK * inPanels(Q) * 4;
}

/** B samples of `depth` values, packed in fours. */
export function samplesBytes(B: i32, depth: i32): i32 {
  return ((B + 3) >> 2) * even(depth) * 16;
}

/** Scratch of the dense kernels for B samples and, on the narrow side, N values of each. */
export function denseScratch(B: i32, N: i32): i32 {
  const deeper = N > DEPTH ? N : DEPTH;
  return TILE_BYTES + samplesBytes(B, deeper) + 16 + even(N) * PANEL * 4;
}
