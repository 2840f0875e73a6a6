// Decibels of float32 powers, four at a time, to about 1e-5 dB, near what float32 can say; and their scaling.
import { madd } from './simd';

/** √½ as bits: powers are split into 2^exponent and a mantissa in √½…√2, whose logarithm is small. */
const ROOT_HALF_BITS: i32 = 0x3f3504f3;
const MANTISSA_BITS: i32 = 0x007fffff;
/** 10·log₁₀(2) */
const DB_PER_OCTAVE: f32 = 3.010299956639812;

/**
 * 10·log₁₀(1 + f) for f in √½ − 1…√2 − 1, by the polynomial f·Q(f) of degree 7 with the smallest largest error there:
 * 9e-7 dB.
 */
// @ts-ignore: decorator
@inline
function decibelsOfMantissa(f: v128): v128 {
  let q = madd(f, f32x4.splat(0.5136611), f32x4.splat(-0.8209028));
  q = madd(q, f, f32x4.splat(0.89484962));
  q = madd(q, f, f32x4.splat(-1.08058282));
  q = madd(q, f, f32x4.splat(1.44634386));
  q = madd(q, f, f32x4.splat(-2.17155776));
  q = madd(q, f, f32x4.splat(4.34295892));
  return f32x4.mul(q, f);
}

/**
 * 10·log₁₀(power) of four frames, at least `floor`; and the lowest and highest of these.
 * @param power [bins] of four float32, at least 0
 * @param floor dB, above −378 (0 comes to −382)
 * @param out bin r is written at r·stride: four float32
 * @param extent lowest and highest value so far, four float32 each; updated
 */
export function decibels(power: usize, bins: i32, floor: f32, out: usize, stride: usize, extent: usize): void {
  const bottom = f32x4.splat(floor);
  let low = v128.load(extent);
  let high = v128.load(extent, 16);
  for (const end = power + (<usize>bins << 4); power < end; power += 16) {
    const bits = i32x4.sub(v128.load(power), i32x4.splat(ROOT_HALF_BITS));
    const octave = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
    const mantissa = i32x4.add(v128.and(bits, i32x4.splat(MANTISSA_BITS)), i32x4.splat(ROOT_HALF_BITS));
    const rest = decibelsOfMantissa(f32x4.sub(mantissa, f32x4.splat(1)));
    const db = f32x4.pmax(bottom, madd(octave, f32x4.splat(DB_PER_OCTAVE), rest));
    v128.store(out, db);
    low = f32x4.pmin(low, db);
    high = f32x4.pmax(high, db);
    out += stride;
  }
  v128.store(extent, low);
  v128.store(extent, high, 16);
}

/**
 * Scales values in place: max(low, min(high, (value − zero)·factor)).
 * @param count a multiple of 4
 */
export function rescale(values: usize, count: i32, zero: f32, factor: f32, low: f32, high: f32): void {
  const zeros = f32x4.splat(zero);
  const factors = f32x4.splat(factor);
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  for (const end = values + (<usize>count << 2); values < end; values += 16) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(values), zeros), factors);
    v128.store(values, f32x4.pmax(lows, f32x4.pmin(highs, scaled)));
  }
}
