// The Fourier transform of two real frames at once, in double precision: single precision would be 1e-3 dB off 80 dB
// below the loudest. N real samples are read as N/2 complex points; these are transformed in place by radix 4 (first pass
// radix 8 where N/2 is no power of 4), decimation in time; even and odd samples are then told apart by symmetry.
// A "point" is a complex value of two frames: re ×2, im ×2, 32 bytes.

const POINT: usize = 32;
const IM: usize = 16;
/** √½ */
const DIAGONAL: f64 = 0.70710678118654752;
/** 2^127 */
const LARGEST_POWER: f64 = 170141183460469231731687303715884105728.0;

/** a·b + c, two lanes of float64. */
// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** c − a·b, two lanes of float64. */
// @ts-ignore: decorator
@inline
function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  return f64x2.sub(c, f64x2.mul(a, b));
}

/**
 * Windows two frames and writes them as points, each where the first pass of `transform` expects it.
 * @param a address of the first frame's samples, float32
 * @param b of the second one's
 * @param window [size], float64
 * @param places byte offsets of the points 0…size/2 − 1 in z, u32
 * @param size samples per frame, a multiple of 4
 * @param z [size/2] points
 */
export function packFrames(a: usize, b: usize, window: usize, places: usize, size: i32, z: usize): void {
  for (const end = a + (<usize>size << 2); a < end; a += 16) {
    const va = v128.load(a);
    const vb = v128.load(b);
    const first = v128.shuffle<f32>(va, vb, 0, 4, 1, 5);
    const second = v128.shuffle<f32>(va, vb, 2, 6, 3, 7);
    packPoint(first, window, z + <usize>load<u32>(places));
    packPoint(second, window + 16, z + <usize>load<u32>(places, 4));
    b += 16;
    window += 32;
    places += 8;
  }
}

/** Two samples of both frames: a₀, b₀, a₁, b₁. */
// @ts-ignore: decorator
@inline
function packPoint(samples: v128, window: usize, to: usize): void {
  const even = f64x2.promote_low_f32x4(samples);
  const odd = f64x2.promote_low_f32x4(v128.shuffle<f64>(samples, samples, 1, 1));
  v128.store(to, f64x2.mul(even, v128.load_splat<f64>(window)));
  v128.store(to, f64x2.mul(odd, v128.load_splat<f64>(window, 8)), IM);
}

/**
 * The complex Fourier transform of z in place, from the order of `places` to the natural one.
 * @param points 8…32768, a power of two
 * @param twiddles for each pass but the first, for j = 0…span − 1: re and im of w^j, w^2j, w^3j, w = e^(−2πi/(4·span))
 */
export function transform(z: usize, points: i32, twiddles: usize): void {
  const end = z + <usize>points * POINT;
  let span: usize;
  if (31 - clz(points) & 1) {
    for (let at = z; at < end; at += 8 * POINT) eight(at);
    span = 8 * POINT;
  } else {
    for (let at = z; at < end; at += 4 * POINT) four(at, POINT);
    span = 4 * POINT;
  }
  while (z + span < end) {
    for (let block = z; block < end; block += 4 * span) {
      let w = twiddles;
      for (let at = block; at < block + span; at += POINT) {
        fourTurned(at, span, w);
        w += 48;
      }
    }
    // 48 bytes of twiddles for each of span / POINT points.
    twiddles += span + (span >> 1);
    span <<= 2;
  }
}

/** Fourier transform of the four points at, at + span, … in place. */
// @ts-ignore: decorator
@inline
function four(at: usize, span: usize): void {
  const x0r = v128.load(at);
  const x0i = v128.load(at, IM);
  const x1r = v128.load(at + span);
  const x1i = v128.load(at + span, IM);
  const x2r = v128.load(at + 2 * span);
  const x2i = v128.load(at + 2 * span, IM);
  const x3r = v128.load(at + 3 * span);
  const x3i = v128.load(at + 3 * span, IM);
  storeFour(at, span, x0r, x0i, x1r, x1i, x2r, x2i, x3r, x3i);
}

/** As `four`, the points turned by w^0, w^j, w^2j, w^3j before. */
// @ts-ignore: decorator
@inline
function fourTurned(at: usize, span: usize, w: usize): void {
  const x0r = v128.load(at);
  const x0i = v128.load(at, IM);
  let r = v128.load(at + span);
  let i = v128.load(at + span, IM);
  let wr = v128.load_splat<f64>(w);
  let wi = v128.load_splat<f64>(w, 8);
  const x1r = nmadd(i, wi, f64x2.mul(r, wr));
  const x1i = madd(i, wr, f64x2.mul(r, wi));
  r = v128.load(at + 2 * span);
  i = v128.load(at + 2 * span, IM);
  wr = v128.load_splat<f64>(w, 16);
  wi = v128.load_splat<f64>(w, 24);
  const x2r = nmadd(i, wi, f64x2.mul(r, wr));
  const x2i = madd(i, wr, f64x2.mul(r, wi));
  r = v128.load(at + 3 * span);
  i = v128.load(at + 3 * span, IM);
  wr = v128.load_splat<f64>(w, 32);
  wi = v128.load_splat<f64>(w, 40);
  const x3r = nmadd(i, wi, f64x2.mul(r, wr));
  const x3i = madd(i, wr, f64x2.mul(r, wi));
  storeFour(at, span, x0r, x0i, x1r, x1i, x2r, x2i, x3r, x3i);
}

// @ts-ignore: decorator
@inline
function storeFour(
  at: usize,
  span: usize,
  x0r: v128,
  x0i: v128,
  x1r: v128,
  x1i: v128,
  x2r: v128,
  x2i: v128,
  x3r: v128,
  x3i: v128,
): void {
  const sr = f64x2.add(x0r, x2r);
  const si = f64x2.add(x0i, x2i);
  const dr = f64x2.sub(x0r, x2r);
  const di = f64x2.sub(x0i, x2i);
  const tr = f64x2.add(x1r, x3r);
  const ti = f64x2.add(x1i, x3i);
  const er = f64x2.sub(x1r, x3r);
  const ei = f64x2.sub(x1i, x3i);
  v128.store(at, f64x2.add(sr, tr));
  v128.store(at, f64x2.add(si, ti), IM);
  v128.store(at + span, f64x2.add(dr, ei));
  v128.store(at + span, f64x2.sub(di, er), IM);
  v128.store(at + 2 * span, f64x2.sub(sr, tr));
  v128.store(at + 2 * span, f64x2.sub(si, ti), IM);
  v128.store(at + 3 * span, f64x2.sub(dr, ei));
  v128.store(at + 3 * span, f64x2.add(di, er), IM);
}

/** Fourier transform of eight points in a row, in place: four even and four odd ones, then pairs of them. */
// @ts-ignore: decorator
@inline
function eight(at: usize): void {
  four(at, 2 * POINT);
  four(at + POINT, 2 * POINT);
  const diagonal = f64x2.splat(DIAGONAL);
  // Even ones are now at 0, 2, 4, 6, odd ones at 1, 3, 5, 7; X[k] = E[k] + w^k·O[k], X[k + 4] = E[k] − w^k·O[k].
  const e0r = v128.load(at);
  const e0i = v128.load(at, IM);
  const o0r = v128.load(at, POINT);
  const o0i = v128.load(at, POINT + IM);
  const e1r = v128.load(at, 2 * POINT);
  const e1i = v128.load(at, 2 * POINT + IM);
  const o1r = v128.load(at, 3 * POINT);
  const o1i = v128.load(at, 3 * POINT + IM);
  const e2r = v128.load(at, 4 * POINT);
  const e2i = v128.load(at, 4 * POINT + IM);
  const o2r = v128.load(at, 5 * POINT);
  const o2i = v128.load(at, 5 * POINT + IM);
  const e3r = v128.load(at, 6 * POINT);
  const e3i = v128.load(at, 6 * POINT + IM);
  const o3r = v128.load(at, 7 * POINT);
  const o3i = v128.load(at, 7 * POINT + IM);
  v128.store(at, f64x2.add(e0r, o0r));
  v128.store(at, f64x2.add(e0i, o0i), IM);
  v128.store(at, f64x2.sub(e0r, o0r), 4 * POINT);
  v128.store(at, f64x2.sub(e0i, o0i), 4 * POINT + IM);
  // w = (1 − i)·√½
  const t1r = f64x2.mul(f64x2.add(o1r, o1i), diagonal);
  const t1i = f64x2.mul(f64x2.sub(o1i, o1r), diagonal);
  v128.store(at, f64x2.add(e1r, t1r), POINT);
  v128.store(at, f64x2.add(e1i, t1i), POINT + IM);
  v128.store(at, f64x2.sub(e1r, t1r), 5 * POINT);
  v128.store(at, f64x2.sub(e1i, t1i), 5 * POINT + IM);
  // w² = −i
  v128.store(at, f64x2.add(e2r, o2i), 2 * POINT);
  v128.store(at, f64x2.sub(e2i, o2r), 2 * POINT + IM);
  v128.store(at, f64x2.sub(e2r, o2i), 6 * POINT);
  v128.store(at, f64x2.add(e2i, o2r), 6 * POINT + IM);
  // w³ = −(1 + i)·√½
  const t3r = f64x2.mul(f64x2.sub(o3i, o3r), diagonal);
  const t3i = f64x2.mul(f64x2.add(o3r, o3i), diagonal);
  v128.store(at, f64x2.add(e3r, t3r), 3 * POINT);
  v128.store(at, f64x2.sub(e3i, t3i), 3 * POINT + IM);
  v128.store(at, f64x2.sub(e3r, t3r), 7 * POINT);
  v128.store(at, f64x2.add(e3i, t3i), 7 * POINT + IM);
}

/**
 * From the transform of the points to that of the real frames, in place (Numerical Recipes, 3rd ed., section 12.3.2).
 * With Z of M = N/2 points, Z[M] = Z[0], and frames that were halved beforehand (the window is):
 *   E[k] = Z[k] + Z*[M−k],  O[k] = (Z[k] − Z*[M−k]) / i,
 *   X[k] = E[k] + e^(−2πik/N)·O[k],  X[M−k] = (E[k] − e^(−2πik/N)·O[k])*
 * @param z [points + 1] points; the last is only written
 * @param turns cos and sin of 2πk/N, k = 0…points/2
 */
export function realSpectrum(z: usize, points: i32, turns: usize): void {
  const zero = f64x2.splat(0);
  const r = v128.load(z);
  const i = v128.load(z, IM);
  const sum = f64x2.add(r, i);
  const difference = f64x2.sub(r, i);
  let low = z;
  let high = z + <usize>points * POINT;
  v128.store(low, f64x2.add(sum, sum));
  v128.store(low, zero, IM);
  v128.store(high, f64x2.add(difference, difference));
  v128.store(high, zero, IM);
  for (low += POINT, high -= POINT; low <= high; low += POINT, high -= POINT) {
    turns += 16;
    const c = v128.load_splat<f64>(turns);
    const s = v128.load_splat<f64>(turns, 8);
    const lr = v128.load(low);
    const li = v128.load(low, IM);
    const hr = v128.load(high);
    const hi = v128.load(high, IM);
    const er = f64x2.add(lr, hr);
    const ei = f64x2.sub(li, hi);
    const or = f64x2.add(li, hi);
    const oi = f64x2.sub(hr, lr);
    const tr = madd(oi, s, f64x2.mul(or, c));
    const ti = nmadd(or, s, f64x2.mul(oi, c));
    v128.store(low, f64x2.add(er, tr));
    v128.store(low, f64x2.add(ei, ti), IM);
    v128.store(high, f64x2.sub(er, tr));
    v128.store(high, f64x2.sub(ti, ei), IM);
  }
}

/**
 * |X|² of each of the points in single precision; what that cannot hold becomes the largest power of 2 that it can.
 * @param x [count] points, which are read only
 * @param out two float32 for each, 16 bytes from one pair to the next
 */
export function powers(x: usize, count: i32, out: usize): void {
  const most = f64x2.splat(LARGEST_POWER);
  for (const end = x + <usize>count * POINT; x < end; x += POINT) {
    const r = v128.load(x);
    const i = v128.load(x, IM);
    const power = f64x2.pmin(most, madd(r, r, f64x2.mul(i, i)));
    v128.store_lane<u64>(out, f32x4.demote_f64x2_zero(power), 0);
    out += 16;
  }
}
