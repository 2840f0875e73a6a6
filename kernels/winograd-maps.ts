// The one-dimensional maps of Winograd's fast convolution with 3 taps (Lavin & Gray 2016), four outputs at a time. At
// stride 1 that is F(4, 3) over the points 0, 1, −1, 2, −½, ∞: 6 products instead of 12. At stride 2 the outer taps
// meet every other sample as F(4, 2) over 0, 1, −1, ½, ∞, the middle one meets the rest as it is: 9 products instead
// of 12. In two dimensions they are applied along one axis, then along the other: 36 or 81 products instead of 144.
// The points are those that lose the fewest digits. Each map reads `s`, `s` + `ss`, … and writes `d`, `d` + `ds`, …,
// four channels (a quad) at a time; the next quads lie `sq` and `dq` bytes further on.
import { madd } from './simd';
import { DOWN, ONE } from './winograd-contract';

// @ts-ignore: decorator
@inline
function scaled(factor: f32, x: v128, more: v128): v128 {
  return madd(f32x4.splat(factor), x, more);
}

/** inputSpan samples → factors. */
export function mapInput(
  kind: i32,
  s: usize,
  ss: usize,
  sq: usize,
  d: usize,
  ds: usize,
  dq: usize,
  quads: i32,
): void {
  if (kind == ONE) {
    mapInputOne(s, ss, sq, d, ds, dq, quads);
  } else if (kind == DOWN) {
    mapPairs(s, 2 * ss, sq, d, ds, dq, quads);
    copyFour(s + ss, 2 * ss, sq, d + 5 * ds, ds, dq, quads);
  } else {
    mapPairs(s, ss, sq, d, ds, dq, quads);
    copyFour(s + ss, ss, sq, d + 5 * ds, ds, dq, quads);
  }
}

function copyFour(s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    v128.store(d, v128.load(s));
    v128.store(d + ds, v128.load(s + ss));
    v128.store(d + 2 * ds, v128.load(s + 2 * ss));
    v128.store(d + 3 * ds, v128.load(s + 3 * ss));
    s += sq;
    d += dq;
  }
}

function mapInputOne(s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const x0 = v128.load(s);
    const x1 = v128.load(s + ss);
    const x2 = v128.load(s + 2 * ss);
    const x3 = v128.load(s + 3 * ss);
    const x4 = v128.load(s + 4 * ss);
    const x5 = v128.load(s + 5 * ss);
    const odd = f32x4.sub(x1, x3);
    const even = f32x4.sub(x4, x2);
    v128.store(d, scaled(1.5, odd, scaled(-2, x2, f32x4.add(x0, x4))));
    v128.store(d + ds, scaled(-2.5, x2, scaled(-0.5, x3, f32x4.sub(x4, x1))));
    v128.store(d + 2 * ds, scaled(-2.5, x3, scaled(0.5, x2, f32x4.add(x4, x1))));
    v128.store(d + 3 * ds, scaled(-0.5, odd, even));
    v128.store(d + 4 * ds, scaled(2, odd, even));
    v128.store(d + 5 * ds, scaled(-1.5, even, scaled(-2, x3, f32x4.add(x1, x5))));
    s += sq;
    d += dq;
  }
}

/** F(4, 2): five samples → five factors. */
function mapPairs(s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const x0 = v128.load(s);
    const x1 = v128.load(s + ss);
    const x2 = v128.load(s + 2 * ss);
    const x3 = v128.load(s + 3 * ss);
    const x4 = v128.load(s + 4 * ss);
    const gap = f32x4.sub(x3, x1);
    v128.store(d, scaled(0.5, f32x4.sub(x0, x2), gap));
    v128.store(d + ds, scaled(0.5, f32x4.sub(x2, x1), x3));
    v128.store(d + 2 * ds, scaled(0.5, x1, scaled(-1.5, x2, x3)));
    v128.store(d + 3 * ds, gap);
    v128.store(d + 4 * ds, scaled(-0.5, gap, f32x4.sub(x4, x2)));
    s += sq;
    d += dq;
  }
}

/** sums → outputSpan outputs. */
export function mapOutput(
  kind: i32,
  s: usize,
  ss: usize,
  sq: usize,
  d: usize,
  ds: usize,
  dq: usize,
  quads: i32,
): void {
  if (kind == ONE) {
    mapOutputOne(s, ss, sq, d, ds, dq, quads);
  } else if (kind == DOWN) {
    outputOfPairs(s, ss, sq, d, ds, dq, quads);
    addTo(s + 5 * ss, sq, d + ds, dq, quads);
    addTo(s + 6 * ss, sq, d + 2 * ds, dq, quads);
  } else {
    outputOfPairs(s, ss, sq, d, 2 * ds, dq, quads);
    copyFour(s + 5 * ss, ss, sq, d + ds, 2 * ds, dq, quads);
  }
}

function mapOutputOne(s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const m1 = v128.load(s + ss);
    const m2 = v128.load(s + 2 * ss);
    const m3 = v128.load(s + 3 * ss);
    const m4 = v128.load(s + 4 * ss);
    const even = f32x4.add(m1, m2);
    const odd = f32x4.sub(m1, m2);
    v128.store(d, f32x4.add(f32x4.add(f32x4.add(v128.load(s), even), m3), m4));
    v128.store(d + ds, scaled(-0.5, m4, scaled(2, m3, odd)));
    v128.store(d + 2 * ds, scaled(0.25, m4, scaled(4, m3, even)));
    v128.store(d + 3 * ds, scaled(-0.125, m4, scaled(8, m3, f32x4.add(odd, v128.load(s + 5 * ss)))));
    s += sq;
    d += dq;
  }
}

/** F(4, 2): five sums → four outputs. */
function outputOfPairs(s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const m1 = v128.load(s + ss);
    const m2 = v128.load(s + 2 * ss);
    const m3 = v128.load(s + 3 * ss);
    const even = f32x4.add(m1, m2);
    const odd = f32x4.sub(m1, m2);
    v128.store(d, f32x4.add(f32x4.add(v128.load(s), even), m3));
    v128.store(d + ds, scaled(0.5, m3, odd));
    v128.store(d + 2 * ds, scaled(0.25, m3, even));
    v128.store(d + 3 * ds, scaled(0.125, m3, f32x4.add(odd, v128.load(s + 4 * ss))));
    s += sq;
    d += dq;
  }
}

function addTo(s: usize, sq: usize, d: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    v128.store(d, f32x4.add(v128.load(d), v128.load(s)));
    s += sq;
    d += dq;
  }
}

/** Three taps → the six factors that they meet. */
export function mapTaps(stride: i32, s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const w0 = v128.load(s);
    const w1 = v128.load(s + ss);
    const w2 = v128.load(s + 2 * ss);
    const outer = f32x4.add(w0, w2);
    if (stride == 1) {
      const third = f32x4.splat(1.0 / 3.0);
      v128.store(d, w0);
      v128.store(d + ds, f32x4.neg(f32x4.mul(third, f32x4.add(outer, w1))));
      v128.store(d + 2 * ds, f32x4.mul(third, f32x4.sub(outer, w1)));
      v128.store(d + 3 * ds, f32x4.mul(f32x4.splat(1.0 / 15.0), scaled(4, w2, scaled(2, w1, w0))));
      v128.store(d + 4 * ds, f32x4.mul(f32x4.splat(-4.0 / 15.0), scaled(4, w0, scaled(-2, w1, w2))));
      v128.store(d + 5 * ds, w2);
    } else {
      v128.store(d, f32x4.add(w0, w0));
      v128.store(d + ds, outer);
      v128.store(d + 2 * ds, f32x4.mul(f32x4.splat(1.0 / 3.0), f32x4.sub(w2, w0)));
      v128.store(d + 3 * ds, f32x4.mul(f32x4.splat(-4.0 / 3.0), scaled(2, w0, w2)));
      v128.store(d + 4 * ds, w2);
      v128.store(d + 5 * ds, w1);
    }
    s += sq;
    d += dq;
  }
}

/** The transpose of mapTaps: gradients of the six factors → those of the three taps. */
export function mapTapGradient(stride: i32, s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const m0 = v128.load(s);
    const m1 = v128.load(s + ss);
    const m2 = v128.load(s + 2 * ss);
    const m3 = v128.load(s + 3 * ss);
    const m4 = v128.load(s + 4 * ss);
    const m5 = v128.load(s + 5 * ss);
    if (stride == 1) {
      const outer = f32x4.sub(m2, m1);
      const inner = f32x4.add(m1, m2);
      v128.store(d, scaled(-16.0 / 15.0, m4, scaled(1.0 / 15.0, m3, scaled(1.0 / 3.0, outer, m0))));
      v128.store(d + ds, scaled(8.0 / 15.0, m4, scaled(2.0 / 15.0, m3, f32x4.mul(f32x4.splat(-1.0 / 3.0), inner))));
      v128.store(d + 2 * ds, scaled(4.0 / 15.0, f32x4.sub(m3, m4), scaled(1.0 / 3.0, outer, m5)));
    } else {
      v128.store(d, scaled(2, m0, scaled(-8.0 / 3.0, m3, scaled(-1.0 / 3.0, m2, m1))));
      v128.store(d + ds, m5);
      v128.store(d + 2 * ds, scaled(-4.0 / 3.0, m3, scaled(1.0 / 3.0, m2, f32x4.add(m1, m4))));
    }
    s += sq;
    d += dq;
  }
}

/** Four coarse values → what the factors of the fine tile are multiplied by in the filter gradient. */
export function mapCoarse(stride: i32, s: usize, ss: usize, sq: usize, d: usize, ds: usize, dq: usize, quads: i32): void {
  for (let q = 0; q < quads; q++) {
    const e0 = v128.load(s);
    const e1 = v128.load(s + ss);
    const e2 = v128.load(s + 2 * ss);
    const e3 = v128.load(s + 3 * ss);
    const even = f32x4.add(e0, e2);
    const odd = f32x4.add(e1, e3);
    v128.store(d, e0);
    v128.store(d + ds, f32x4.add(even, odd));
    v128.store(d + 2 * ds, f32x4.sub(even, odd));
    if (stride == 1) {
      v128.store(d + 3 * ds, scaled(8, e3, scaled(4, e2, scaled(2, e1, e0))));
      v128.store(d + 4 * ds, scaled(-0.125, e3, scaled(0.25, e2, scaled(-0.5, e1, e0))));
      v128.store(d + 5 * ds, e3);
    } else {
      v128.store(d + 3 * ds, scaled(0.125, e3, scaled(0.25, e2, scaled(0.5, e1, e0))));
      v128.store(d + 4 * ds, e3);
      v128.store(d + 5 * ds, e1);
      v128.store(d + 6 * ds, e2);
    }
    s += sq;
    d += dq;
  }
}
