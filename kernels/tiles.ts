// Micro-kernels: a 4 × 8 tile of a matrix product in eight registers, both sides read in the order in which they are
// needed. Kept as bare as they are on purpose: with anything more alive across the loop (pointers per row, a loop over
// taps around it) the compilers behind WebAssembly spill registers and half the speed is gone. A tile goes to `acc`
// (128 bytes); what happens to it then is `finish`'s business.
import { RELU } from './contract';
import { madd } from './simd';

/**
 * acc[r][n] = Σ_k a[k][r] · b[k][n] for r < 4, n < 8, k < depth.
 * @param a packed [even(depth)][4], zeros behind the last
 * @param b packed [even(depth)][8], finite numbers behind the last
 */
export function tile(a: usize, b: usize, depth: i32, acc: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  let s = a00;
  let b0 = a00;
  let b1 = a00;
  for (let k = 0; k < depth; k += 2) {
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
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    s = v128.load_splat<f32>(a, 16);
    a00 = madd(s, b0, a00);
    a01 = madd(s, b1, a01);
    s = v128.load_splat<f32>(a, 20);
    a10 = madd(s, b0, a10);
    a11 = madd(s, b1, a11);
    s = v128.load_splat<f32>(a, 24);
    a20 = madd(s, b0, a20);
    a21 = madd(s, b1, a21);
    s = v128.load_splat<f32>(a, 28);
    a30 = madd(s, b0, a30);
    a31 = madd(s, b1, a31);
    a += 32;
    b += 64;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
}

/**
 * acc[r][n] += Σ_k a[k][r] · b[k][n] for r < 4, n < 8, k < depth: `tile` that goes on from what `acc` holds.
 * @param a packed [depth][4]
 * @param b packed [depth][8]
 */
export function tileOnto(a: usize, b: usize, depth: i32, acc: usize): void {
  let a00 = v128.load(acc);
  let a01 = v128.load(acc, 16);
  let a10 = v128.load(acc, 32);
  let a11 = v128.load(acc, 48);
  let a20 = v128.load(acc, 64);
  let a21 = v128.load(acc, 80);
  let a30 = v128.load(acc, 96);
  let a31 = v128.load(acc, 112);
  let s = a00;
  let b0 = a00;
  let b1 = a00;
  for (let k = depth; k > 0; k--) {
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
    a += 16;
    b += 32;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
}

/**
 * `tileOnto` for six rows: four, and two of another four.
 * @param pair two neighbours of another [depth][4]
 * @param pairAcc their two rows of eight
 */
export function tileOntoSix(a: usize, pair: usize, b: usize, depth: i32, acc: usize, pairAcc: usize): void {
  let a00 = v128.load(acc);
  let a01 = v128.load(acc, 16);
  let a10 = v128.load(acc, 32);
  let a11 = v128.load(acc, 48);
  let a20 = v128.load(acc, 64);
  let a21 = v128.load(acc, 80);
  let a30 = v128.load(acc, 96);
  let a31 = v128.load(acc, 112);
  let a40 = v128.load(pairAcc);
  let a41 = v128.load(pairAcc, 16);
  let a50 = v128.load(pairAcc, 32);
  let a51 = v128.load(pairAcc, 48);
  let s = a00;
  let b0 = a00;
  let b1 = a00;
  for (let k = depth; k > 0; k--) {
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
    s = v128.load_splat<f32>(pair);
    a40 = madd(s, b0, a40);
    a41 = madd(s, b1, a41);
    s = v128.load_splat<f32>(pair, 4);
    a50 = madd(s, b0, a50);
    a51 = madd(s, b1, a51);
    a += 16;
    pair += 16;
    b += 32;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
  v128.store(pairAcc, a40);
  v128.store(pairAcc, a41, 16);
  v128.store(pairAcc, a50, 32);
  v128.store(pairAcc, a51, 48);
}

/**
 * acc[r][n] = from[r][n] + Σ_k a[r][k] · b[k][n] for r < 6, n < 8, k < depth, the rows of a as they lie, `row` bytes apart.
 * Six rows keep twelve sums going, so that none waits for the one before: a quarter faster than a tile of four, and
 * all that sixteen registers hold.
 * @param b packed [depth][8]
 * @param acc [6][8], may be `from`
 */
export function rows6(a: usize, row: usize, b: usize, depth: i32, from: usize, acc: usize): void {
  let p0 = a;
  let p1 = p0 + row;
  let p2 = p1 + row;
  let p3 = p2 + row;
  let p4 = p3 + row;
  let p5 = p4 + row;
  let a00 = v128.load(from);
  let a01 = v128.load(from, 16);
  let a10 = v128.load(from, 32);
  let a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64);
  let a21 = v128.load(from, 80);
  let a30 = v128.load(from, 96);
  let a31 = v128.load(from, 112);
  let a40 = v128.load(from, 128);
  let a41 = v128.load(from, 144);
  let a50 = v128.load(from, 160);
  let a51 = v128.load(from, 176);
  let s = a00;
  let b0 = a00;
  let b1 = a00;
  for (let k = depth; k > 0; k--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load_splat<f32>(p0);
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
    s = v128.load_splat<f32>(p4);
    a40 = madd(s, b0, a40);
    a41 = madd(s, b1, a41);
    s = v128.load_splat<f32>(p5);
    a50 = madd(s, b0, a50);
    a51 = madd(s, b1, a51);
    p0 += 4;
    p1 += 4;
    p2 += 4;
    p3 += 4;
    p4 += 4;
    p5 += 4;
    b += 32;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
  v128.store(acc, a40, 128);
  v128.store(acc, a41, 144);
  v128.store(acc, a50, 160);
  v128.store(acc, a51, 176);
}

/** `rows6` for the four rows that a number of rows may end with. */
export function rows4(a: usize, row: usize, b: usize, depth: i32, from: usize, acc: usize): void {
  let p0 = a;
  let p1 = p0 + row;
  let p2 = p1 + row;
  let p3 = p2 + row;
  let a00 = v128.load(from);
  let a01 = v128.load(from, 16);
  let a10 = v128.load(from, 32);
  let a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64);
  let a21 = v128.load(from, 80);
  let a30 = v128.load(from, 96);
  let a31 = v128.load(from, 112);
  let s = a00;
  let b0 = a00;
  let b1 = a00;
  for (let k = depth; k > 0; k--) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load_splat<f32>(p0);
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
    p0 += 4;
    p1 += 4;
    p2 += 4;
    p3 += 4;
    b += 32;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
}

/** `tile` where a[k] and b[k] lie `aStride` and `bStride` bytes apart. */
export function tileStrided(a: usize, aStride: usize, b: usize, bStride: usize, depth: i32, acc: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  for (let k = depth; k > 0; k--) {
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
    a += aStride;
    b += bStride;
  }
  v128.store(acc, a00);
  v128.store(acc, a01, 16);
  v128.store(acc, a10, 32);
  v128.store(acc, a11, 48);
  v128.store(acc, a20, 64);
  v128.store(acc, a21, 80);
  v128.store(acc, a30, 96);
  v128.store(acc, a31, 112);
}

/**
 * One row of a tile on its way out: act(acc + bias (+ out)), `width` (1…8) values of it.
 * @param bias eight values, or 0 for none
 * @param accumulate adds to what `out` holds; reading eight values where fewer are wanted is harmless, buffers are padded
 */
export function finishRow(acc: usize, bias: usize, out: usize, width: i32, act: i32, accumulate: bool): void {
  let lo = v128.load(acc);
  let hi = v128.load(acc, 16);
  if (bias) {
    lo = f32x4.add(lo, v128.load(bias));
    hi = f32x4.add(hi, v128.load(bias, 16));
  }
  if (accumulate) {
    lo = f32x4.add(lo, v128.load(out));
    hi = f32x4.add(hi, v128.load(out, 16));
  }
  if (act == RELU) {
    const zero = f32x4.splat(0);
    lo = f32x4.max(lo, zero);
    hi = f32x4.max(hi, zero);
  }
  if (width == 8) {
    v128.store(out, lo);
    v128.store(out, hi, 16);
  } else {
    v128.store(acc, lo);
    v128.store(acc, hi, 16);
    memory.copy(out, acc, <usize>(width << 2));
  }
}

/** The first `rows` (1…4) rows of a tile go out, `stride` bytes apart. */
export function finish(
  acc: usize,
  bias: usize,
  out: usize,
  stride: usize,
  rows: i32,
  width: i32,
  act: i32,
  accumulate: bool,
): void {
  for (let r = 0; r < rows; r++) {
    finishRow(acc + (<usize>r << 5), bias, out, width, act, accumulate);
    out += stride;
  }
}

/** The zeros that `tile` wants behind an odd number of packed fours. */
// @ts-ignore: decorator
@inline
export function padFours(packed: usize, depth: i32): void {
  if (depth & 1) v128.store(packed + (<usize>depth << 4), f32x4.splat(0));
}

/** Packs four rows of `count` values for a tile: [count][4]. */
export function packRows(p0: usize, p1: usize, p2: usize, p3: usize, count: i32, packed: usize): void {
  for (let i = count >> 2; i > 0; i--) {
    const r0 = v128.load(p0);
    const r1 = v128.load(p1);
    const r2 = v128.load(p2);
    const r3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(packed, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(packed, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
    v128.store(packed, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
    v128.store(packed, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
    packed += 64;
  }
  for (let i = count & 3; i > 0; i--) {
    store<f32>(packed, load<f32>(p0));
    store<f32>(packed, load<f32>(p1), 4);
    store<f32>(packed, load<f32>(p2), 8);
    store<f32>(packed, load<f32>(p3), 12);
    p0 += 4;
    p1 += 4;
    p2 += 4;
    p3 += 4;
    packed += 16;
  }
}
