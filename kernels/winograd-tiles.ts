// From a feature map [height][width][C] to the factors of its overlapping square tiles.
import { factors, inputSpan, QUADS } from './winograd-contract';
import { mapInput } from './winograd-maps';

/**
 * Address of the first sample of the tile at (y, x), whose rows lie as in the map; where the tile reaches over an edge
 * that of a copy in `patch`, [span][span][C].
 */
export function tileAt(map: usize, height: i32, width: i32, C: i32, y: i32, x: i32, span: i32, patch: usize): usize {
  if (!sticksOut(y, x, span, height, width)) return map + (<usize>((y * width + x) * C) << 2);
  cutPatch(map, height, width, C, y, x, span, patch);
  return patch;
}

/**
 * inputSpan² samples of a tile → its factors², along one axis, then along the other.
 * @param row bytes from one row of samples to the next
 * @param target factors lie `factorStep` bytes apart, the quads of channels of each `quadStep`
 */
export function tileFactors(
  kind: i32,
  source: usize,
  row: usize,
  C: i32,
  target: usize,
  factorStep: usize,
  quadStep: usize,
  temp: usize,
): void {
  const span = inputSpan(kind);
  const n = factors(kind);
  const pixel = <usize>C << 2;
  for (let c = 0; c < C; c += 4 * QUADS) {
    const quads = min(QUADS, (C - c) >> 2);
    const step = <usize>quads << 4;
    for (let r = 0; r < span; r++) {
      const s = source + <usize>r * row + (<usize>c << 2);
      mapInput(kind, s, pixel, 16, temp + <usize>(r * n) * step, step, 16, quads);
    }
    const d = target + <usize>(c >> 2) * quadStep;
    const down = <usize>n * step;
    for (let k = 0; k < n; k++) {
      const to = d + <usize>k * factorStep;
      mapInput(kind, temp + <usize>k * step, down, 16, to, <usize>n * factorStep, quadStep, quads);
    }
  }
}

/** Whether the tile at (y, x) reaches over an edge. */
// @ts-ignore: decorator
@inline
function sticksOut(y: i32, x: i32, span: i32, height: i32, width: i32): bool {
  return y < 0 || x < 0 || y + span > height || x + span > width;
}

/** Copies the tile at (y, x) into `patch` [span][span][C], zeros outside the map. */
function cutPatch(
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
