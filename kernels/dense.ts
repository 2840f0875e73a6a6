// Fully connected layers: x [B][F], weights [F][N], y [B][N]. F can be millions (a picture flattened), N too (a picture
// made from a few latent values), so every function works on a range and leaves the split to the caller.
import { laneSum, madd } from './simd';
import { columnTile, LINEAR, rowTile } from './tiles';

/** Rows of the weights that are read once for all samples before going on: they stay in the second-level cache. */
const DEPTH: i32 = 512;

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
  const spill = scratch;
  const table = spill + 32;
  const dump = table + 16;
  const rowBytes = <usize>N << 2;
  for (let f = fFrom; f < fTo; f += DEPTH) {
    const depth = min(DEPTH, fTo - f);
    const add = accumulate || f > fFrom;
    const start: usize = add ? 0 : bias;
    for (let n = nFrom; n < nTo; n += 8) {
      const width = min(8, nTo - n);
      const column = <usize>n << 2;
      for (let b = 0; b < B; b += 4) {
        for (let r = 0; r < 4; r++) {
          store<u32>(table + (<usize>r << 2), <u32>(x + (<usize>(min(b + r, B - 1) * F + f) << 2)));
        }
        const out = y + <usize>b * rowBytes + column;
        rowTile(
          table,
          0,
          1,
          depth,
          w + <usize>f * rowBytes + column,
          rowBytes,
          start ? start + column : <usize>0,
          out,
          b + 1 < B ? out + rowBytes : dump,
          b + 2 < B ? out + 2 * rowBytes : dump,
          b + 3 < B ? out + 3 * rowBytes : dump,
          width,
          LINEAR,
          add,
          spill,
        );
      }
    }
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
      columnTile(
        x + (<usize>f << 2),
        <usize>F << 2,
        dy + (<usize>n << 2),
        rowBytes,
        B,
        dw + <usize>f * rowBytes + (<usize>n << 2),
        rowBytes,
        min(4, fTo - f),
        min(8, nTo - n),
        accumulate,
        scratch,
      );
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
  const spill = scratch;
  const table = spill + 32;
  const dump = table + 16;
  const panel = dump + 64;
  const rowBytes = <usize>N << 2;
  const outBytes = <usize>F << 2;
  for (let f = fFrom; f < fTo; f += 8) {
    const width = min(8, fTo - f);
    for (let n = 0; n < N; n++) {
      for (let i = 0; i < 8; i++) {
        const value = i < width ? load<f32>(w + <usize>(f + i) * rowBytes + (<usize>n << 2)) : 0;
        store<f32>(panel + (<usize>n << 5) + (<usize>i << 2), value);
      }
    }
    for (let b = 0; b < B; b += 4) {
      for (let r = 0; r < 4; r++) {
        store<u32>(table + (<usize>r << 2), <u32>(dy + <usize>min(b + r, B - 1) * rowBytes));
      }
      const out = dx + <usize>b * outBytes + (<usize>f << 2);
      rowTile(
        table,
        0,
        1,
        N,
        panel,
        32,
        0,
        out,
        b + 1 < B ? out + outBytes : dump,
        b + 2 < B ? out + 2 * outBytes : dump,
        b + 3 < B ? out + 3 * outBytes : dump,
        width,
        LINEAR,
        false,
        spill,
      );
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
