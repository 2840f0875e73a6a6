// What is done value by value or channel by channel: ReLU's gradient with the bias gradient, batch normalisation, the
// reconstruction loss behind a sigmoid, sums over threads, Adam.
import { laneSum, madd } from './simd';

/** Positions taken together, so that a stretch stays in the first-level cache while its channels are gone through. */
const STRETCH: i32 = 64;

/**
 * dy ← dy where y > 0, else 0, and db[c] += Σ dy over the positions. y = 0: no ReLU, only the bias gradient.
 * @param dy [positions][C], changed in place
 * @param db [C]
 */
export function reluBiasGradient(dy: usize, y: usize, positions: i32, C: i32, db: usize): void {
  const zero = f32x4.splat(0);
  const quads = C & ~3;
  const row = <usize>C << 2;
  for (let first = 0; first < positions; first += STRETCH) {
    const count = min(STRETCH, positions - first);
    for (let c = 0; c < quads; c += 4) {
      let at = <usize>first * row + (<usize>c << 2);
      let sum = zero;
      for (let i = 0; i < count; i++) {
        let d = v128.load(dy + at);
        if (y) {
          d = v128.and(d, f32x4.gt(v128.load(y + at), zero));
          v128.store(dy + at, d);
        }
        sum = f32x4.add(sum, d);
        at += row;
      }
      const b = db + (<usize>c << 2);
      v128.store(b, f32x4.add(v128.load(b), sum));
    }
    for (let c = quads; c < C; c++) {
      let at = <usize>first * row + (<usize>c << 2);
      let sum: f32 = 0;
      for (let i = 0; i < count; i++) {
        let d = load<f32>(dy + at);
        if (y && load<f32>(y + at) <= 0) {
          d = 0;
          store<f32>(dy + at, 0);
        }
        sum += d;
        at += row;
      }
      const b = db + (<usize>c << 2);
      store<f32>(b, load<f32>(b) + sum);
    }
  }
}

/** sums[c…c + 3] += the four lanes, in float64: over many positions, float32 would lose digits. */
// @ts-ignore: decorator
@inline
function addLanes(sums: usize, lanes: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(lanes)));
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 2, 3));
  v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
}

/**
 * sums[c] += Σ a, sums[C + c] += Σ a·b over the positions (float64): the statistics of batch normalisation (a = b = x),
 * and what its gradient needs (a = dy, b = x).
 */
export function channelSums(a: usize, b: usize, positions: i32, C: i32, sums: usize): void {
  const row = <usize>C << 2;
  const quads = C & ~3;
  const zero = f32x4.splat(0);
  for (let first = 0; first < positions; first += STRETCH) {
    const count = min(STRETCH, positions - first);
    for (let c = 0; c < quads; c += 4) {
      let at = <usize>first * row + (<usize>c << 2);
      let sum = zero;
      let products = zero;
      for (let i = 0; i < count; i++) {
        const v = v128.load(a + at);
        sum = f32x4.add(sum, v);
        products = madd(v, v128.load(b + at), products);
        at += row;
      }
      addLanes(sums + (<usize>c << 3), sum);
      addLanes(sums + (<usize>(C + c) << 3), products);
    }
    for (let c = quads; c < C; c++) {
      let at = <usize>first * row + (<usize>c << 2);
      let sum: f32 = 0;
      let products: f32 = 0;
      for (let i = 0; i < count; i++) {
        const v = load<f32>(a + at);
        sum += v;
        products += v * load<f32>(b + at);
        at += row;
      }
      const s = sums + (<usize>c << 3);
      const p = sums + (<usize>(C + c) << 3);
      store<f64>(s, load<f64>(s) + <f64>sum);
      store<f64>(p, load<f64>(p) + <f64>products);
    }
  }
}

/** y = x·scale[c] + shift[c], [positions][C]. */
export function channelAffine(x: usize, y: usize, positions: i32, C: i32, scale: usize, shift: usize): void {
  const quads = C & ~3;
  let at: usize = 0;
  for (let i = 0; i < positions; i++) {
    for (let c = 0; c < quads; c += 4) {
      const offset = <usize>c << 2;
      v128.store(y + at, madd(v128.load(x + at), v128.load(scale + offset), v128.load(shift + offset)));
      at += 16;
    }
    for (let c = quads; c < C; c++) {
      const offset = <usize>c << 2;
      store<f32>(y + at, load<f32>(x + at) * load<f32>(scale + offset) + load<f32>(shift + offset));
      at += 4;
    }
  }
}

/** dy ← dy·a[c] + x·b[c] + k[c]: the gradient of batch normalisation once its sums are known. */
export function channelGradient(dy: usize, x: usize, positions: i32, C: i32, a: usize, b: usize, k: usize): void {
  const quads = C & ~3;
  let at: usize = 0;
  for (let i = 0; i < positions; i++) {
    for (let c = 0; c < quads; c += 4) {
      const offset = <usize>c << 2;
      const rest = madd(v128.load(x + at), v128.load(b + offset), v128.load(k + offset));
      v128.store(dy + at, madd(v128.load(dy + at), v128.load(a + offset), rest));
      at += 16;
    }
    for (let c = quads; c < C; c++) {
      const offset = <usize>c << 2;
      const rest = load<f32>(x + at) * load<f32>(b + offset) + load<f32>(k + offset);
      store<f32>(dy + at, load<f32>(dy + at) * load<f32>(a + offset) + rest);
      at += 4;
    }
  }
}

/**
 * e^x in four lanes, for |x| ≤ 87: range reduction by ln 2 in two parts and the polynomial of Cephes' expf
 * (S. Moshier, 1989); relative error below 2e-7.
 */
function exp4(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  const r = f32x4.add(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))),
    f32x4.mul(n, f32x4.splat(2.12194440e-4)),
  );
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** y = 1 / (1 + e^−x) in place. */
export function sigmoid(y: usize, count: i32): void {
  const one = f32x4.splat(1);
  const end = count & ~3;
  for (let i = 0; i < end; i += 4) {
    const p = y + (<usize>i << 2);
    v128.store(p, f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(v128.load(p))))));
  }
  for (let i = end; i < count; i++) {
    // Not Mathf.exp: its table would be data in a memory that belongs to the caller.
    const p = y + (<usize>i << 2);
    const e = exp4(f32x4.splat(-load<f32>(p)));
    store<f32>(p, <f32>1 / (<f32>1 + f32x4.extract_lane(e, 0)));
  }
}

/**
 * Mean squared error between an example and its reconstruction; with `gradient`, also the gradient before the sigmoid:
 * d[i] = weight · (r[i] − x[i]) · r[i] · (1 − r[i]).
 * @returns Σ (r − x)² over `count` values
 */
export function squaredError(x: usize, r: usize, count: i32, weight: f32, d: usize): f64 {
  let total: f64 = 0;
  const one = f32x4.splat(1);
  const w = f32x4.splat(weight);
  const end = count & ~3;
  for (let first = 0; first < end; first += 1024) {
    const last = min(first + 1024, end);
    let sum = f32x4.splat(0);
    for (let i = first; i < last; i += 4) {
      const at = <usize>i << 2;
      const rv = v128.load(r + at);
      const e = f32x4.sub(rv, v128.load(x + at));
      sum = madd(e, e, sum);
      if (d) {
        const slope = f32x4.mul(rv, f32x4.sub(one, rv));
        v128.store(d + at, f32x4.mul(f32x4.mul(w, e), slope));
      }
    }
    total += <f64>laneSum(sum);
  }
  for (let i = end; i < count; i++) {
    const at = <usize>i << 2;
    const rv = load<f32>(r + at);
    const e = rv - load<f32>(x + at);
    total += <f64>(e * e);
    if (d) store<f32>(d + at, weight * e * (rv * (1 - rv)));
  }
  return total;
}

/** a ← a + b. */
export function addTo(a: usize, b: usize, count: i32): void {
  const end = count & ~3;
  for (let i = 0; i < end; i += 4) {
    const at = <usize>i << 2;
    v128.store(a + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (let i = end; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(a + at, load<f32>(a + at) + load<f32>(b + at));
  }
}

/** Σ a², in float64. Not finite where any value is not. */
export function sumOfSquares(a: usize, count: i32): f64 {
  let total: f64 = 0;
  const end = count & ~3;
  for (let first = 0; first < end; first += 1024) {
    const last = min(first + 1024, end);
    let sum = f32x4.splat(0);
    for (let i = first; i < last; i += 4) {
      const v = v128.load(a + (<usize>i << 2));
      sum = madd(v, v, sum);
    }
    total += <f64>laneSum(sum);
  }
  for (let i = end; i < count; i++) {
    const v = load<f32>(a + (<usize>i << 2));
    total += <f64>(v * v);
  }
  return total;
}

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1, in the form of section 2's last lines): m and v are updated, then
 * p ← p − rate · m / (√v + epsilon).
 * @param rate the learning rate with both bias corrections in it
 * @param gradientScale what gradients are multiplied with first (clipping)
 * @param weightDecay what part of the parameters is then added to their gradients (L2, as PyTorch's Adam has it)
 */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  gradientScale: f32,
  weightDecay: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(1 - beta2);
  const eps = f32x4.splat(epsilon);
  const step = f32x4.splat(rate);
  const scale = f32x4.splat(gradientScale);
  const decay = f32x4.splat(weightDecay);
  // Parameter blocks are padded to whole vectors, so the last store touches padding at most.
  for (let i = 0; i < count; i += 4) {
    const at = <usize>i << 2;
    const pv = v128.load(p + at);
    const gv = madd(pv, decay, f32x4.mul(v128.load(g + at), scale));
    const mv = madd(v128.load(m + at), b1, f32x4.mul(gv, c1));
    const vv = madd(v128.load(v + at), b2, f32x4.mul(f32x4.mul(gv, gv), c2));
    v128.store(m + at, mv);
    v128.store(v + at, vv);
    const delta = f32x4.div(f32x4.mul(step, mv), f32x4.add(f32x4.sqrt(vv), eps));
    v128.store(p + at, f32x4.sub(pv, delta));
  }
}
