// Cutting a feature map [height][width][C] into overlapping square tiles.

/** Whether the tile at (y, x) reaches over an edge. */
// @ts-ignore: decorator
@inline
export function sticksOut(y: i32, x: i32, span: i32, height: i32, width: i32): bool {
  return y < 0 || x < 0 || y + span > height || x + span > width;
}

/** Copies the tile at (y, x) into `patch` [span][span][C], zeros outside the map. */
export function cutPatch(
  map: usize,
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
    const from = map + <usize>((y + r) * width + x + low) * pixel;
    memory.copy(patch + <usize>(r * span + low) * pixel, from, <usize>(high - low) * pixel);
  }
}
