// 3 × 3 convolution with fewer multiplications (see winograd-maps.ts), for layers whose channels are multiples of 8.
// Tiles of the input become factors, each factor meets its own matrix of weights, and sums of these products become a
// tile of the output. Which factor meets which weights, and in which sum, comes in tables of
// products: [count][factor, weights, sum, 1 where the sum begins] of i32.
import { RELU, TILE_BYTES } from './contract';
import { rows4, rows6 } from './tiles';
import {
  DONE_BYTES,
  factorBytes,
  factors,
  FILTER_BYTES,
  inputSpan,
  MATRICES,
  matrixBytes,
  outputSpan,
  QUADS,
  sumBytes,
  sums,
  TEMP_BYTES,
  ZERO_BYTES,
} from './winograd-contract';
import { mapOutput, mapTaps } from './winograd-maps';
import { tileAt, tileFactors } from './winograd-tiles';

/** Rows of a matrix product that are read at once: a panel of weights stays in the first-level cache. */
const DEPTH: i32 = 512;

/**
 * out = act(bias + conv(in)) for the feature maps from…to, tile by tile. Tile (i, j) reads inputSpan² pixels from
 * (i·hop + y0, j·hop + x0) on and writes outputSpan² pixels from (i·outputSpan + v0, j·outputSpan + u0) on.
 * @param w [36][N/8][C][8], see packWinogradDown and packWinogradUp
 * @param bias N values
 * @param block tiles at once, a multiple of 4
 * @param scratch winogradScratch bytes
 */
export function winograd(
  kind: i32,
  inp: usize,
  inH: i32,
  inW: i32,
  C: i32,
  hop: i32,
  y0: i32,
  x0: i32,
  w: usize,
  N: i32,
  bias: usize,
  out: usize,
  outH: i32,
  outW: i32,
  v0: i32,
  u0: i32,
  tilesY: i32,
  tilesX: i32,
  from: i32,
  to: i32,
  products: usize,
  count: i32,
  block: i32,
  scratch: usize,
  act: i32,
): void {
  const span = inputSpan(kind);
  const outs = outputSpan(kind);
  const n = factors(kind);
  const m = sums(kind);
  const pixel = <usize>C << 2;
  const factorStep = <usize>factorBytes(C, block);
  const sumStep = <usize>sumBytes(N, block);
  const temp = scratch;
  const done = temp + <usize>TEMP_BYTES;
  const zeros = done + <usize>DONE_BYTES;
  const patch = zeros + <usize>ZERO_BYTES;
  const U = patch + <usize>(span * span) * pixel;
  const M = U + <usize>(n * n) * factorStep;
  const perMap = tilesY * tilesX;
  const total = perMap * (to - from);
  const inMap = <usize>(inH * inW) * pixel;
  const outMap = <usize>(outH * outW * N) << 2;

  memory.fill(zeros, 0, <usize>ZERO_BYTES);
  for (let first = 0; first < total; first += block) {
    const tiles = min(block, total - first);
    const groups = (tiles + 3) >> 2;
    for (let t = 0; t < tiles; t++) {
      const map = (first + t) / perMap;
      const place = first + t - map * perMap;
      const ty = place / tilesX;
      const y = ty * hop + y0;
      const x = (place - ty * tilesX) * hop + x0;
      const source = tileAt(inp + <usize>(from + map) * inMap, inH, inW, C, y, x, span, patch);
      const row = <usize>(source == patch ? span : inW) * pixel;
      tileFactors(kind, source, row, C, U + <usize>t * pixel, factorStep, 16, temp);
    }
    multiply(U, factorStep, w, <usize>matrixBytes(C, N), M, sumStep, C, N, tiles, products, count, zeros);
    for (let p = 0; p < N; p += 8) {
      for (let g = 0; g < groups; g++) {
        tileOutputs(kind, M + <usize>((p >> 3) * groups + g) * <usize>TILE_BYTES, sumStep, temp, done);
        const members = min(4, tiles - (g << 2));
        for (let i = 0; i < members; i++) {
          const index = first + (g << 2) + i;
          const map = index / perMap;
          const place = index - map * perMap;
          const ty = place / tilesX;
          const v = ty * outs + v0;
          const u = (place - ty * tilesX) * outs + u0;
          const channel = <usize>p << 2;
          const channels8 = out + <usize>(from + map) * outMap + channel;
          writeTile(done + (<usize>i << 5), outs, channels8, outH, outW, N, v, u, bias + channel, act);
        }
      }
    }
  }
}

/**
 * Sums of four tiles of eight channels, which are eight quads in a row → their outputs [outputSpan²][tile][8].
 * @param source sums lie `sumStep` bytes apart
 */
function tileOutputs(kind: i32, source: usize, sumStep: usize, temp: usize, done: usize): void {
  const outs = outputSpan(kind);
  const m = sums(kind);
  const down = <usize>(outs * TILE_BYTES);
  for (let r = 0; r < m; r++) {
    const s = source + <usize>(r * m) * sumStep;
    mapOutput(kind, s, sumStep, 16, temp + <usize>r * down, <usize>TILE_BYTES, 16, QUADS);
  }
  for (let k = 0; k < outs; k++) {
    const offset = <usize>(k * TILE_BYTES);
    mapOutput(kind, temp + offset, down, 16, done + offset, down, 16, QUADS);
  }
}

/** Eight channels of a tile go out, as far as they lie in the map; its pixels are TILE_BYTES apart. */
function writeTile(
  tile: usize,
  span: i32,
  map: usize,
  height: i32,
  width: i32,
  N: i32,
  y: i32,
  x: i32,
  bias: usize,
  act: i32,
): void {
  const floor = act == RELU ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const bias0 = v128.load(bias);
  const bias1 = v128.load(bias, 16);
  const pixel = <usize>N << 2;
  const low = max(0, -x);
  const high = min(span, width - x);
  const end = min(span, height - y);
  for (let r = max(0, -y); r < end; r++) {
    let from = tile + <usize>((r * span + low) * TILE_BYTES);
    let to = map + <usize>((y + r) * width + x + low) * pixel;
    for (let k = low; k < high; k++) {
      v128.store(to, f32x4.max(f32x4.add(v128.load(from), bias0), floor));
      v128.store(to, f32x4.max(f32x4.add(v128.load(from, 16), bias1), floor), 16);
      from += TILE_BYTES;
      to += pixel;
    }
  }
}

/** M[sum] = Σ U[factor] · w[weights] over the products of each sum. */
function multiply(
  U: usize,
  factorStep: usize,
  w: usize,
  matrixStep: usize,
  M: usize,
  sumStep: usize,
  C: i32,
  N: i32,
  tiles: i32,
  products: usize,
  count: i32,
  zeros: usize,
): void {
  const panels = N >> 3;
  const row = <usize>C << 2;
  const panelStep = <usize>((tiles + 3) >> 2) * <usize>TILE_BYTES;
  for (let i = 0; i < count; i++) {
    const entry = products + (<usize>i << 4);
    const a = U + <usize>load<i32>(entry) * factorStep;
    const b = w + <usize>load<i32>(entry, 4) * matrixStep;
    const m = M + <usize>load<i32>(entry, 8) * sumStep;
    const begins = load<i32>(entry, 12);
    for (let k = 0; k < C; k += DEPTH) {
      const depth = min(DEPTH, C - k);
      const fresh = begins && k == 0;
      for (let p = 0; p < panels; p++) {
        const weights = b + (<usize>(p * C + k) << 5);
        let acc = m + <usize>p * panelStep;
        let x = a + (<usize>k << 2);
        for (let left = tiles; left > 0; ) {
          const start = fresh ? zeros : acc;
          // Sixes, and at the end fours, so that no more than three rows are there for nothing.
          if (left > 8 || left == 5 || left == 6) {
            rows6(x, row, weights, depth, start, acc);
            x += 6 * row;
            acc += 6 * 32;
            left -= 6;
          } else {
            rows4(x, row, weights, depth, start, acc);
            x += 4 * row;
            acc += 4 * 32;
            left -= 4;
          }
        }
      }
    }
  }
}

/** Weights for going down: w [9][P][Q] → [36][Q/8][P][8]; panels from…to of Q/8. */
export function packWinogradDown(
  w: usize,
  stride: i32,
  P: i32,
  Q: i32,
  packed: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const tap = <usize>(P * Q) << 2;
  const matrix = <usize>matrixBytes(P, Q);
  for (let n = from; n < to; n++) {
    for (let p = 0; p < P; p++) {
      const source = w + (<usize>(p * Q + (n << 3)) << 2);
      mapFilter(stride, source, tap, scratch, packed + (<usize>(n * P + p) << 5), matrix, 2);
    }
  }
}

/** Weights for going up, taps in reverse: w [9][P][Q] → [36][P/8][Q][8]; panels from…to of P/8. */
export function packWinogradUp(
  w: usize,
  stride: i32,
  P: i32,
  Q: i32,
  packed: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const tap = <usize>(P * Q) << 2;
  const matrix = <usize>matrixBytes(P, Q);
  // [36][8 of P][4 of Q]
  const rows = scratch + <usize>FILTER_BYTES;
  for (let n = from; n < to; n++) {
    for (let q = 0; q < Q; q += 4) {
      for (let i = 0; i < 8; i++) {
        const last = w + 8 * tap + (<usize>(((n << 3) + i) * Q + q) << 2);
        mapFilter(stride, last, 0 - tap, scratch, rows + (<usize>i << 4), 128, 1);
      }
      for (let k = 0; k < MATRICES; k++) {
        const target = packed + <usize>k * matrix + (<usize>(n * Q + q) << 5);
        transpose(rows + <usize>(k * 128), target);
        transpose(rows + <usize>(k * 128 + 64), target + 16);
      }
    }
  }
}

/** Nine taps, `tap` bytes apart → 36 factors, `matrix` bytes apart; for `quads` (1 or 2) quads side by side. */
function mapFilter(stride: i32, s: usize, tap: usize, temp: usize, d: usize, matrix: usize, quads: i32): void {
  for (let r = 0; r < 3; r++) {
    mapTaps(stride, s + <usize>(3 * r) * tap, tap, 16, temp + <usize>(r * 192), 32, 16, quads);
  }
  for (let k = 0; k < 6; k++) {
    mapTaps(stride, temp + (<usize>k << 5), 192, 16, d + <usize>k * matrix, 6 * matrix, 16, quads);
  }
}

/** Four vectors → their columns, 32 bytes apart. */
function transpose(s: usize, d: usize): void {
  const r0 = v128.load(s);
  const r1 = v128.load(s, 16);
  const r2 = v128.load(s, 32);
  const r3 = v128.load(s, 48);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(d, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(d, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(d, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(d, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}
