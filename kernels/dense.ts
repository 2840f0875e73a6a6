// Fully connected layers: x [B][F], weights [F][N], y [B][N]. F can be millions (a feature map flattened), N too (a
// feature map made from a few latent values), so every function works on a range and leaves the split to the caller.
import { DEPTH, even, LINEAR, samplesBytes, TILE_BYTES } from './contract';
import { laneSum, madd } from './simd';
import { finish, packRows, padFours, tile, tileStrided } from './tiles';

/**
 * y[b][n] (+)= bias[n] + Σ_f x[b][f] · w[f][n] for f in fFrom…fTo and n in nFrom…nTo; other columns are left alone.
 * @param accumulate adds to y (bias must be 0 then)
 */
export function denseForward(
  x: usize,
  B: i32,
  F: i32,
  w: usize,
  N: i32,
  bias: usize,
  y: usize,
  fFrom: i32,
  fTo: i32,
  nFrom: i32,
  nTo: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const acc = scratch;
  const packed = acc + <usize>TILE_BYTES;
  const rowBytes = <usize>N << 2;
  for (let f = fFrom; f < fTo; f += DEPTH) {
    const depth = min(DEPTH, fTo - f);
    const add = accumulate || f > fFrom;
    const start: usize = add ? 0 : bias;
    packSamples(x + (<usize>f << 2), <usize>F << 2, B, depth, packed);
    for (let n = nFrom; n < nTo; n += 8) {
      const column = <usize>n << 2;
      for (let b = 0; b < B; b += 4) {
        const a = packed + (<usize>((b >> 2) * even(depth)) << 4);
        tileStrided(a, 16, w + <usize>f * rowBytes + column, rowBytes, depth, acc);
        const out = y + <usize>b * rowBytes + column;
        finish(acc, start ? start + column : 0, out, rowBytes, min(4, B - b), min(8, nTo - n), LINEAR, add);
      }
    }
  }
}

/** Packs the samples' values for tiles: [⌈B/4⌉][even(depth)][4]; the last sample stands in for those that are missing. */
function packSamples(x: usize, stride: usize, B: i32, depth: i32, packed: usize): void {
  const last = B - 1;
  for (let b = 0; b < B; b += 4) {
    const out = packed + (<usize>((b >> 2) * even(depth)) << 4);
    padFours(out, depth);
    packRows(
      x + <usize>b * stride,
      x + <usize>min(b + 1, last) * stride,
      x + <usize>min(b + 2, last) * stride,
      x + <usize>min(b + 3, last) * stride,
      depth,
      out,
    );
  }
}

/** dw[f][n] (+)= Σ_b x[b][f] · dy[b][n] for f in fFrom…fTo, n in nFrom…nTo. */
export function denseWeightGradient(
  x: usize,
  B: i32,
  F: i32,
  dy: usize,
  N: i32,
  dw: usize,
  fFrom: i32,
  fTo: i32,
  nFrom: i32,
  nTo: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const rowBytes = <usize>N << 2;
  for (let f = fFrom; f < fTo; f += 4) {
    for (let n = nFrom; n < nTo; n += 8) {
      const a = x + (<usize>f << 2);
      tileStrided(a, <usize>F << 2, dy + (<usize>n << 2), rowBytes, B, scratch);
      const out = dw + <usize>f * rowBytes + (<usize>n << 2);
      finish(scratch, 0, out, rowBytes, min(4, fTo - f), min(8, nTo - n), LINEAR, accumulate);
    }
  }
}

/** dx[b][f] = Σ_n dy[b][n] · w[f][n] for f in fFrom…fTo: few n, many f. */
export function denseInputGradient(
  dy: usize,
  B: i32,
  N: i32,
  w: usize,
  F: i32,
  dx: usize,
  fFrom: i32,
  fTo: i32,
  scratch: usize,
): void {
  const acc = scratch;
  const packed = acc + <usize>TILE_BYTES;
  const panel = packed + <usize>samplesBytes(B, N) + 16;
  const rowBytes = <usize>N << 2;
  const outBytes = <usize>F << 2;
  packSamples(dy, rowBytes, B, N, packed);
  for (let f = fFrom; f < fTo; f += 8) {
    const width = min(8, fTo - f);
    packTransposed(w + <usize>f * rowBytes, rowBytes, N, width, panel);
    for (let b = 0; b < B; b += 4) {
      tile(packed + (<usize>((b >> 2) * even(N)) << 4), panel, N, acc);
      finish(acc, 0, dx + <usize>b * outBytes + (<usize>f << 2), outBytes, min(4, B - b), width, LINEAR, false);
    }
  }
}

/** Packs `width` (1…8) rows of N values side by side: [even(N)][8]; the last row stands in for those that are missing. */
function packTransposed(w: usize, rowBytes: usize, N: i32, width: i32, panel: usize): void {
  if (N & 1) memory.fill(panel + (<usize>N << 5), 0, 32);
  for (let i = 0; i < 8; i++) {
    let p = w + <usize>min(i, width - 1) * rowBytes;
    let out = panel + (<usize>i << 2);
    for (let n = 0; n < N; n++) {
      store<f32>(out, load<f32>(p));
      p += 4;
      out += 32;
    }
  }
}

/** dx[b][f] = Σ_n dy[b][n] · w[f][n] over n in nFrom…nTo: few f, many n (dot products along the rows). */
export function denseInputGradientLong(
  dy: usize,
  B: i32,
  N: i32,
  w: usize,
  F: i32,
  dx: usize,
  nFrom: i32,
  nTo: i32,
): void {
  const rowBytes = <usize>N << 2;
  const quads = (nTo - nFrom) >> 2;
  const rest = (nTo - nFrom) & 3;
  const offset = <usize>nFrom << 2;
  for (let b = 0; b < B; b++) {
    for (let f = 0; f < F; f += 4) {
      let p = dy + <usize>b * rowBytes + offset;
      let w0 = w + <usize>f * rowBytes + offset;
      let w1 = w + <usize>min(f + 1, F - 1) * rowBytes + offset;
      let w2 = w + <usize>min(f + 2, F - 1) * rowBytes + offset;
      let w3 = w + <usize>min(f + 3, F - 1) * rowBytes + offset;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let q = 0; q < quads; q++) {
        const v = v128.load(p);
        s0 = madd(v, v128.load(w0), s0);
        s1 = madd(v, v128.load(w1), s1);
        s2 = madd(v, v128.load(w2), s2);
        s3 = madd(v, v128.load(w3), s3);
        p += 16;
        w0 += 16;
        w1 += 16;
        w2 += 16;
        w3 += 16;
      }
      let r0 = laneSum(s0);
      let r1 = laneSum(s1);
      let r2 = laneSum(s2);
      let r3 = laneSum(s3);
      for (let i = 0; i < rest; i++) {
        const v = load<f32>(p);
        r0 += v * load<f32>(w0);
        r1 += v * load<f32>(w1);
        r2 += v * load<f32>(w2);
        r3 += v * load<f32>(w3);
        p += 4;
        w0 += 4;
        w1 += 4;
        w2 += 4;
        w3 += 4;
      }
      const out = dx + (<usize>(b * F + f) << 2);
      store<f32>(out, r0);
      if (f + 1 < F) store<f32>(out, r1, 4);
      if (f + 2 < F) store<f32>(out, r2, 8);
      if (f + 3 < F) store<f32>(out, r3, 12);
    }
  }
}
