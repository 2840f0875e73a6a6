// Micro-kernels: a 4 × 8 tile of a matrix product, kept in eight registers. `rowTile` reads the left matrix by rows
// (four pointers per tap, so a convolution needs no im2col copy), `columnTile` by columns (both sides packed).
import { madd } from './simd';

/** No activation, or max(0, x), at the end of a tile. */
export const LINEAR: i32 = 0;
export const RELU: i32 = 1;

/** Stores the `width` (1…8) first values of one row of a tile. */
// @ts-ignore: decorator
@inline
function storeRow(out: usize, width: i32, lo: v128, hi: v128, spill: usize): void {
  if (width == 8) {
    v128.store(out, lo);
    v128.store(out, hi, 16);
  } else {
    v128.store(spill, lo);
    v128.store(spill, hi, 16);
    memory.copy(out, spill, <usize>(width << 2));
  }
}

/**
 * out[r][0…width) = act(start + Σ_t Σ_c in[r, t][c] · w[t·C + c][0…8)) for four rows r.
 * @param table pointers to in[r, t], four per tap: [taps][4]
 * @param offset bytes added to each of them: where the channels start
 * @param w weights, `wStride` bytes from one row of eight to the next
 * @param bias eight start values, or 0 for none
 * @param accumulate adds to what `out` holds
 * @param spill 32 bytes of scratch
 */
export function rowTile(
  table: usize,
  offset: usize,
  taps: i32,
  channels: i32,
  w: usize,
  wStride: usize,
  bias: usize,
  out0: usize,
  out1: usize,
  out2: usize,
  out3: usize,
  width: i32,
  act: i32,
  accumulate: bool,
  spill: usize,
): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  const quads = channels >> 2;
  const rest = channels & 3;
  for (let t = 0; t < taps; t++) {
    let p0 = <usize>load<u32>(table) + offset;
    let p1 = <usize>load<u32>(table, 4) + offset;
    let p2 = <usize>load<u32>(table, 8) + offset;
    let p3 = <usize>load<u32>(table, 12) + offset;
    table += 16;
    for (let q = 0; q < quads; q++) {
      let b0 = v128.load(w);
      let b1 = v128.load(w, 16);
      let s = v128.load_splat<f32>(p0);
      a00 = madd(s, b0, a00);
      a01 = madd(s, b1, a01);
      s = v128.load_splat<f32>(p1);
      a10 = madd(s, b0, a10);
      a11 = madd(s, b1, a11);
      s = v128.load_splat<f32>(p2);
      a20 = madd(s, b0, a20);
      a21 = madd(s, b1, a21);
      s = v128.load_splat<f32>(p3);
      a30 = madd(s, b0, a30);
      a31 = madd(s, b1, a31);
      w += wStride;
      b0 = v128.load(w);
      b1 = v128.load(w, 16);
      s = v128.load_splat<f32>(p0, 4);
      a00 = madd(s, b0, a00);
      a01 = madd(s, b1, a01);
      s = v128.load_splat<f32>(p1, 4);
      a10 = madd(s, b0, a10);
      a11 = madd(s, b1, a11);
      s = v128.load_splat<f32>(p2, 4);
      a20 = madd(s, b0, a20);
      a21 = madd(s, b1, a21);
      s = v128.load_splat<f32>(p3, 4);
      a30 = madd(s, b0, a30);
      a31 = madd(s, b1, a31);
      w += wStride;
      b0 = v128.load(w);
      b1 = v128.load(w, 16);
      s = v128.load_splat<f32>(p0, 8);
      a00 = madd(s, b0, a00);
      a01 = madd(s, b1, a01);
      s = v128.load_splat<f32>(p1, 8);
      a10 = madd(s, b0, a10);
      a11 = madd(s, b1, a11);
      s = v128.load_splat<f32>(p2, 8);
      a20 = madd(s, b0, a20);
      a21 = madd(s, b1, a21);
      s = v128.load_splat<f32>(p3, 8);
      a30 = madd(s, b0, a30);
      a31 = madd(s, b1, a31);
      w += wStride;
      b0 = v128.load(w);
      b1 = v128.load(w, 16);
      s = v128.load_splat<f32>(p0, 12);
      a00 = madd(s, b0, a00);
      a01 = madd(s, b1, a01);
      s = v128.load_splat<f32>(p1, 12);
      a10 = madd(s, b0, a10);
      a11 = madd(s, b1, a11);
      s = v128.load_splat<f32>(p2, 12);
      a20 = madd(s, b0, a20);
      a21 = madd(s, b1, a21);
      s = v128.load_splat<f32>(p3, 12);
      a30 = madd(s, b0, a30);
      a31 = madd(s, b1, a31);
      w += wStride;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
    for (let c = 0; c < rest; c++) {
      const b0 = v128.load(w);
      const b1 = v128.load(w, 16);
      let s = v128.load_splat<f32>(p0);
      a00 = madd(s, b0, a00);
      a01 = madd(s, b1, a01);
      s = v128.load_splat<f32>(p1);
      a10 = madd(s, b0, a10);
      a11 = madd(s, b1, a11);
      s = v128.load_splat<f32>(p2);
      a20 = madd(s, b0, a20);
      a21 = madd(s, b1, a21);
      s = v128.load_splat<f32>(p3);
      a30 = madd(s, b0, a30);
      a31 = madd(s, b1, a31);
      w += wStride;
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
    }
  }
  if (bias) {
    const b0 = v128.load(bias);
    const b1 = v128.load(bias, 16);
    a00 = f32x4.add(a00, b0);
    a01 = f32x4.add(a01, b1);
    a10 = f32x4.add(a10, b0);
    a11 = f32x4.add(a11, b1);
    a20 = f32x4.add(a20, b0);
    a21 = f32x4.add(a21, b1);
    a30 = f32x4.add(a30, b0);
    a31 = f32x4.add(a31, b1);
  }
  if (accumulate) {
    // Reading eight values where fewer are wanted is harmless: buffers are padded, and only `width` are stored.
    a00 = f32x4.add(a00, v128.load(out0));
    a01 = f32x4.add(a01, v128.load(out0, 16));
    a10 = f32x4.add(a10, v128.load(out1));
    a11 = f32x4.add(a11, v128.load(out1, 16));
    a20 = f32x4.add(a20, v128.load(out2));
    a21 = f32x4.add(a21, v128.load(out2, 16));
    a30 = f32x4.add(a30, v128.load(out3));
    a31 = f32x4.add(a31, v128.load(out3, 16));
  }
  if (act == RELU) {
    const zero = f32x4.splat(0);
    a00 = f32x4.max(a00, zero);
    a01 = f32x4.max(a01, zero);
    a10 = f32x4.max(a10, zero);
    a11 = f32x4.max(a11, zero);
    a20 = f32x4.max(a20, zero);
    a21 = f32x4.max(a21, zero);
    a30 = f32x4.max(a30, zero);
    a31 = f32x4.max(a31, zero);
  }
  storeRow(out0, width, a00, a01, spill);
  storeRow(out1, width, a10, a11, spill);
  storeRow(out2, width, a20, a21, spill);
  storeRow(out3, width, a30, a31, spill);
}

/**
 * out[r][n] += Σ_k a[k][r] · b[k][n] for r < rows (1…4), n < width (1…8).
 * @param aStride bytes from a[k] to a[k + 1]; likewise bStride
 * @param outStride bytes from out[r] to out[r + 1]
 * @param accumulate false: out = instead of out +=
 * @param spill 32 bytes of scratch
 */
export function columnTile(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  depth: i32,
  out: usize,
  outStride: usize,
  rows: i32,
  width: i32,
  accumulate: bool,
  spill: usize,
): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  const pairs = depth >> 1;
  for (let k = 0; k < pairs; k++) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    a00 = madd(s, b0, a00);
    a01 = madd(s, b1, a01);
    s = v128.load_splat<f32>(a, 4);
    a10 = madd(s, b0, a10);
    a11 = madd(s, b1, a11);
    s = v128.load_splat<f32>(a, 8);
    a20 = madd(s, b0, a20);
    a21 = madd(s, b1, a21);
    s = v128.load_splat<f32>(a, 12);
    a30 = madd(s, b0, a30);
    a31 = madd(s, b1, a31);
    a += aStride;
    b += bStride;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load_splat<f32>(a);
    a00 = madd(s, b0, a00);
    a01 = madd(s, b1, a01);
    s = v128.load_splat<f32>(a, 4);
    a10 = madd(s, b0, a10);
    a11 = madd(s, b1, a11);
    s = v128.load_splat<f32>(a, 8);
    a20 = madd(s, b0, a20);
    a21 = madd(s, b1, a21);
    s = v128.load_splat<f32>(a, 12);
    a30 = madd(s, b0, a30);
    a31 = madd(s, b1, a31);
    a += aStride;
    b += bStride;
  }
  if (depth & 1) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    a00 = madd(s, b0, a00);
    a01 = madd(s, b1, a01);
    s = v128.load_splat<f32>(a, 4);
    a10 = madd(s, b0, a10);
    a11 = madd(s, b1, a11);
    s = v128.load_splat<f32>(a, 8);
    a20 = madd(s, b0, a20);
    a21 = madd(s, b1, a21);
    s = v128.load_splat<f32>(a, 12);
    a30 = madd(s, b0, a30);
    a31 = madd(s, b1, a31);
  }
  addRow(out, width, a00, a01, accumulate, spill);
  if (rows > 1) addRow(out + outStride, width, a10, a11, accumulate, spill);
  if (rows > 2) addRow(out + 2 * outStride, width, a20, a21, accumulate, spill);
  if (rows > 3) addRow(out + 3 * outStride, width, a30, a31, accumulate, spill);
}

// @ts-ignore: decorator
@inline
function addRow(out: usize, width: i32, lo: v128, hi: v128, accumulate: bool, spill: usize): void {
  if (accumulate) {
    lo = f32x4.add(lo, v128.load(out));
    hi = f32x4.add(hi, v128.load(out, 16));
  }
  storeRow(out, width, lo, hi, spill);
}
