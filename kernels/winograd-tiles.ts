// Cutting a picture [height][width][C] into overlapping square tiles, and what both users of these reckon with.

/** Bytes for tiles between their two maps: 9 × 9 values of QUADS quads. */
export const TEMP_BYTES: usize = 12288;
/** Quads of channels that go through the maps together. */
export const QUADS: i32 = 8;
/** Distinct matrices of weights. */
export const MATRICES: i32 = 36;
/** Between matrices that would else lie a power of two apart, and get into each other's way in the caches. */
export const GAP: usize = 64;

/** Whether the tile at (y, x) reaches over an edge. */
// @ts-ignore: decorator
@inline
export function sticksOut(y: i32, x: i32, span: i32, height: i32, width: i32): bool {
  return y < 0 || x < 0 || y + span > height || x + span > width;
}

/** Copies the tile at (y, x) into `patch` [span][span][C], zeros where there is no picture. */
export function cutPatch(
  picture: usize,
  height: i32,
  width: i32,
  C: i32,
  y: i32,
  x: i32,
  span: i32,
  patch: usize,
): void {
  const pixel = <usize>C << 2;
  memory.fill(patch, 0, <usize>(span * span) * pixel);
  const low = max(0, -x);
  const high = min(span, width - x);
  if (high <= low) return;
  for (let r = 0; r < span; r++) {
    if (<u32>(y + r) >= <u32>height) continue;
    const from = picture + <usize>((y + r) * width + x + low) * pixel;
    memory.copy(patch + <usize>(r * span + low) * pixel, from, <usize>(high - low) * pixel);
  }
}
