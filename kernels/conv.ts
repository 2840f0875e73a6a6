// Convolution in both directions between a fine and a coarse grid (NHWC, weights [taps][fine][coarse]). A conv layer
// goes down (fine → coarse) and its gradient up; a transposed conv layer goes up and its gradient down. Going up with
// stride s is s² dense convolutions, one per phase of the fine grid, so nothing is multiplied by inserted zeros.
import { DEPTH, DIRECT_CHANNELS, dumpBytes, even, GRADIENT_BLOCK, LINEAR, ROW_BLOCK, TILE_BYTES } from './contract';
import { laneSum, madd } from './simd';
import { finish, finishRow, packRows, padFours, tile } from './tiles';

/**
 * out[gridY·step + y0, gridX·step + x0, n] = act(bias[n] + Σ_t Σ_c in[gridY·stride + dy_t, gridX·stride + dx_t, c] · w[t, c, n])
 * for the feature maps from…to; outside the input there is zero.
 * @param taps (dy, dx) pairs of i32
 * @param w packed by eight outputs: [⌈N/8⌉][taps][C][8]
 * @param bias ⌈N/8⌉·8 values or 0
 * @param zeros C zeros
 */
export function convRows(
  inp: usize,
  inH: i32,
  inW: i32,
  C: i32,
  taps: usize,
  T: i32,
  stride: i32,
  w: usize,
  N: i32,
  bias: usize,
  out: usize,
  outH: i32,
  outW: i32,
  gridH: i32,
  gridW: i32,
  step: i32,
  y0: i32,
  x0: i32,
  from: i32,
  to: i32,
  zeros: usize,
  scratch: usize,
  act: i32,
): void {
  const acc = scratch;
  const outs = acc + <usize>TILE_BYTES;
  const dump = outs + <usize>(ROW_BLOCK * 4);
  const table = dump + <usize>dumpBytes(N);
  const packed = table + <usize>(ROW_BLOCK * T * 4);
  const rows = packed + <usize>(ROW_BLOCK * DEPTH * 4);
  const direct = C >= DIRECT_CHANNELS;
  const K = T * C;
  const inMap = <usize>(inH * inW * C) << 2;
  const outMap = <usize>(outH * outW * N) << 2;
  const pixel = <usize>C << 2;
  const positions = gridH * gridW;
  const panel = <usize>K << 5;
  const tileTaps = direct ? T : 1;
  const tileChannels = direct ? C : K;
  const groupBytes = <usize>tileTaps << 4;

  for (let map = from; map < to; map++) {
    const source = inp + <usize>map * inMap;
    const target = out + <usize>map * outMap;
    for (let first = 0; first < positions; first += ROW_BLOCK) {
      const count = min(ROW_BLOCK, positions - first);
      const groups = (count + 3) >> 2;
      let gy = first / gridW;
      let gx = first - gy * gridW;
      for (let i = 0; i < groups << 2; i++) {
        const entry = table + <usize>(i >> 2) * groupBytes + (<usize>(i & 3) << 2);
        const row = rows + (<usize>(i * K) << 2);
        if (i >= count) {
          store<u32>(outs + (<usize>i << 2), <u32>dump);
          if (direct) for (let t = 0; t < T; t++) store<u32>(entry + (<usize>t << 4), <u32>zeros);
          else store<u32>(entry, <u32>rows);
          continue;
        }
        const oy = gy * step + y0;
        const ox = gx * step + x0;
        store<u32>(outs + (<usize>i << 2), <u32>(target + (<usize>((oy * outW + ox) * N) << 2)));
        const iy = gy * stride;
        const ix = gx * stride;
        if (direct) {
          for (let t = 0; t < T; t++) {
            const y = iy + load<i32>(taps + (<usize>t << 3));
            const x = ix + load<i32>(taps + (<usize>t << 3), 4);
            const inside = <u32>y < <u32>inH && <u32>x < <u32>inW;
            store<u32>(entry + (<usize>t << 4), <u32>(inside ? source + <usize>(y * inW + x) * pixel : zeros));
          }
        } else {
          store<u32>(entry, <u32>row);
        }
        if (++gx == gridW) {
          gx = 0;
          gy++;
        }
      }
      if (!direct) gatherRows(source, inH, inW, C, taps, T, stride, gridW, first, count, rows);
      for (let k = 0; k < K; k += DEPTH) {
        const depth = min(DEPTH, K - k);
        const padded = even(depth);
        const isLast = k + depth == K;
        for (let g = 0; g < groups; g++) {
          packGroup(table + <usize>g * groupBytes, tileChannels, k, depth, packed + <usize>(g * padded) * 16);
        }
        for (let n = 0; n < N; n += 8) {
          const weights = w + <usize>(n >> 3) * panel + (<usize>k << 5);
          const start: usize = bias && k == 0 ? bias + (<usize>n << 2) : 0;
          const width = min(8, N - n);
          const column = <usize>n << 2;
          const end = isLast ? act : LINEAR;
          for (let g = 0; g < groups; g++) {
            tile(packed + <usize>(g * padded) * 16, weights, depth, acc);
            const o = outs + (<usize>g << 4);
            finishRow(acc, start, <usize>load<u32>(o) + column, width, end, k > 0);
            finishRow(acc + 32, start, <usize>load<u32>(o, 4) + column, width, end, k > 0);
            finishRow(acc + 64, start, <usize>load<u32>(o, 8) + column, width, end, k > 0);
            finishRow(acc + 96, start, <usize>load<u32>(o, 12) + column, width, end, k > 0);
          }
        }
      }
    }
  }
}

/** Packs rows k…k + depth of [taps][channels] for a group of four positions. */
function packGroup(table: usize, channels: i32, k: i32, depth: i32, packed: usize): void {
  for (let done = 0; done < depth; ) {
    const t = (k + done) / channels;
    const c = k + done - t * channels;
    const count = min(channels - c, depth - done);
    const entry = table + (<usize>t << 4);
    const offset = <usize>c << 2;
    packRows(
      <usize>load<u32>(entry) + offset,
      <usize>load<u32>(entry, 4) + offset,
      <usize>load<u32>(entry, 8) + offset,
      <usize>load<u32>(entry, 12) + offset,
      count,
      packed + (<usize>done << 4),
    );
    done += count;
  }
  padFours(packed, depth);
}

/**
 * The im2row of few channels: rows[i][t][c] for grid positions first…first + count, row by row of the grid and tap by
 * tap, so that the edges are found once for a whole stretch.
 */
function gatherRows(
  source: usize,
  inH: i32,
  inW: i32,
  C: i32,
  taps: usize,
  T: i32,
  stride: i32,
  gridW: i32,
  first: i32,
  count: i32,
  rows: usize,
): void {
  const rowBytes = <usize>(T * C) << 2;
  const hop = <usize>(stride * C) << 2;
  for (let done = 0; done < count; ) {
    const gy = (first + done) / gridW;
    const from = first + done - gy * gridW;
    const to = min(gridW, from + count - done);
    const target = rows + <usize>done * rowBytes;
    for (let t = 0; t < T; t++) {
      const y = gy * stride + load<i32>(taps + (<usize>t << 3));
      const dx = load<i32>(taps + (<usize>t << 3), 4);
      const outside = <u32>y >= <u32>inH;
      // Positions whose x = gx·stride + dx lies in the input.
      const low = outside ? to : min(to, max(from, (stride - 1 - dx) / stride));
      const high = max(low, min(to, (inW - 1 - dx + stride) / stride));
      for (let c = 0; c < C; c++) {
        let out = target + (<usize>(t * C + c) << 2);
        for (let gx = from; gx < low; gx++) {
          store<f32>(out, 0);
          out += rowBytes;
        }
        let p = source + (<usize>((y * inW + low * stride + dx) * C + c) << 2);
        for (let gx = low; gx < high; gx++) {
          store<f32>(out, load<f32>(p));
          out += rowBytes;
          p += hop;
        }
        for (let gx = high; gx < to; gx++) {
          store<f32>(out, 0);
          out += rowBytes;
        }
      }
    }
    done += to - from;
  }
}

/**
 * convRows for one output channel (N = 1): a dot product per position instead of a tile seven eighths empty.
 * @param w [taps][C]
 */
export function convRowsSingle(
  inp: usize,
  inH: i32,
  inW: i32,
  C: i32,
  taps: usize,
  T: i32,
  stride: i32,
  w: usize,
  bias: f32,
  out: usize,
  outH: i32,
  outW: i32,
  gridH: i32,
  gridW: i32,
  step: i32,
  y0: i32,
  x0: i32,
  from: i32,
  to: i32,
  zeros: usize,
): void {
  const inMap = <usize>(inH * inW * C) << 2;
  const outMap = <usize>(outH * outW) << 2;
  const pixel = <usize>C << 2;
  const quads = C >> 2;
  const rest = C & 3;
  for (let map = from; map < to; map++) {
    const source = inp + <usize>map * inMap;
    const target = out + <usize>map * outMap;
    for (let gy = 0; gy < gridH; gy++) {
      const outRow = target + (<usize>((gy * step + y0) * outW + x0) << 2);
      for (let gx = 0; gx < gridW; gx += 4) {
        const last = gridW - 1;
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        let r0: f32 = bias;
        let r1: f32 = bias;
        let r2: f32 = bias;
        let r3: f32 = bias;
        let k = w;
        for (let t = 0; t < T; t++) {
          const y = gy * stride + load<i32>(taps + (<usize>t << 3));
          if (<u32>y >= <u32>inH) {
            k += pixel;
            continue;
          }
          const dx = load<i32>(taps + (<usize>t << 3), 4);
          const row = source + <usize>(y * inW) * pixel;
          const xa = gx * stride + dx;
          const xb = min(gx + 1, last) * stride + dx;
          const xc = min(gx + 2, last) * stride + dx;
          const xd = min(gx + 3, last) * stride + dx;
          let p0 = <u32>xa < <u32>inW ? row + <usize>xa * pixel : zeros;
          let p1 = <u32>xb < <u32>inW ? row + <usize>xb * pixel : zeros;
          let p2 = <u32>xc < <u32>inW ? row + <usize>xc * pixel : zeros;
          let p3 = <u32>xd < <u32>inW ? row + <usize>xd * pixel : zeros;
          for (let q = 0; q < quads; q++) {
            const v = v128.load(k);
            s0 = madd(v128.load(p0), v, s0);
            s1 = madd(v128.load(p1), v, s1);
            s2 = madd(v128.load(p2), v, s2);
            s3 = madd(v128.load(p3), v, s3);
            k += 16;
            p0 += 16;
            p1 += 16;
            p2 += 16;
            p3 += 16;
          }
          for (let c = 0; c < rest; c++) {
            const v = load<f32>(k);
            r0 += load<f32>(p0) * v;
            r1 += load<f32>(p1) * v;
            r2 += load<f32>(p2) * v;
            r3 += load<f32>(p3) * v;
            k += 4;
            p0 += 4;
            p1 += 4;
            p2 += 4;
            p3 += 4;
          }
        }
        const o = outRow + (<usize>(gx * step) << 2);
        const hop = <usize>step << 2;
        store<f32>(o, laneSum(s0) + r0);
        if (gx + 1 <= last) store<f32>(o + hop, laneSum(s1) + r1);
        if (gx + 2 <= last) store<f32>(o + 2 * hop, laneSum(s2) + r2);
        if (gx + 3 <= last) store<f32>(o + 3 * hop, laneSum(s3) + r3);
      }
    }
  }
}

/**
 * dw[t, p, q] += Σ fine[gridY·stride + dy_t, gridX·stride + dx_t, p] · coarse[gridY, gridX, q] over the grid and the feature maps.
 * @param fine [maps][fineH][fineW][P]
 * @param coarse [maps][gridH][gridW][Q]
 * @param dw [taps][P][Q]
 */
export function convFilterGradient(
  fine: usize,
  fineH: i32,
  fineW: i32,
  P: i32,
  taps: usize,
  T: i32,
  stride: i32,
  coarse: usize,
  gridH: i32,
  gridW: i32,
  Q: i32,
  dw: usize,
  from: i32,
  to: i32,
  zeros: usize,
  scratch: usize,
): void {
  const acc = scratch;
  const left = acc + <usize>TILE_BYTES;
  const places = left + <usize>(GRADIENT_BLOCK * 16 + 16);
  const right = places + <usize>(GRADIENT_BLOCK * T * 4);
  const panels = (Q + 7) >> 3;
  const positions = gridH * gridW;
  const total = positions * (to - from);
  const rows = T * P;
  const quads = (P & 3) == 0;
  const rowBytes = <usize>Q << 2;

  for (let first = 0; first < total; first += GRADIENT_BLOCK) {
    const count = min(GRADIENT_BLOCK, total - first);
    packCoarse(coarse + <usize>(from * positions + first) * rowBytes, count, Q, right);
    findPlaces(fine, fineH, fineW, P, taps, T, stride, gridH, gridW, from * positions + first, count, zeros, places);
    for (let r = 0; r < rows; r += 4) {
      if (quads) {
        const t = r / P;
        const offset = <usize>(r - t * P) << 2;
        const place = places + (<usize>(t * GRADIENT_BLOCK) << 2);
        for (let i = 0; i < count; i++) {
          const p = <usize>load<u32>(place + (<usize>i << 2));
          // Zeros are as many as the widest layer has channels, so the offset stays within them.
          v128.store(left + (<usize>i << 4), v128.load(p + offset));
        }
      } else {
        for (let j = 0; j < 4; j++) {
          const row = min(r + j, rows - 1);
          const t = row / P;
          const offset = <usize>(row - t * P) << 2;
          const place = places + (<usize>(t * GRADIENT_BLOCK) << 2);
          const out = left + (<usize>j << 2);
          for (let i = 0; i < count; i++) {
            const p = <usize>load<u32>(place + (<usize>i << 2));
            store<f32>(out + (<usize>i << 4), load<f32>(p + offset));
          }
        }
      }
      padFours(left, count);
      for (let n = 0; n < panels; n++) {
        tile(left, right + (<usize>(n * GRADIENT_BLOCK) << 5), count, acc);
        const out = dw + <usize>r * rowBytes + (<usize>n << 5);
        finish(acc, 0, out, rowBytes, min(4, rows - r), min(8, Q - (n << 3)), LINEAR, true);
      }
    }
  }
}

/** Where every tap finds its pixel for `count` grid positions from `first` on (counted through the feature maps): [taps][…]. */
function findPlaces(
  fine: usize,
  fineH: i32,
  fineW: i32,
  P: i32,
  taps: usize,
  T: i32,
  stride: i32,
  gridH: i32,
  gridW: i32,
  first: i32,
  count: i32,
  zeros: usize,
  places: usize,
): void {
  const positions = gridH * gridW;
  const pixel = <usize>P << 2;
  const fineMap = <usize>(fineH * fineW) * pixel;
  for (let done = 0; done < count; ) {
    const map = (first + done) / positions;
    const inside = first + done - map * positions;
    const gy = inside / gridW;
    const from = inside - gy * gridW;
    const to = min(gridW, from + count - done);
    for (let t = 0; t < T; t++) {
      const y = gy * stride + load<i32>(taps + (<usize>t << 3));
      const dx = load<i32>(taps + (<usize>t << 3), 4);
      const row = fine + <usize>map * fineMap + <usize>(y * fineW) * pixel;
      const visible = <u32>y < <u32>fineH;
      let place = places + (<usize>(t * GRADIENT_BLOCK + done) << 2);
      let x = from * stride + dx;
      for (let gx = from; gx < to; gx++) {
        store<u32>(place, <u32>(visible && <u32>x < <u32>fineW ? row + <usize>x * pixel : zeros));
        place += 4;
        x += stride;
      }
    }
    done += to - from;
  }
}

/** Packs rows [count][Q] into panels [⌈Q/8⌉][GRADIENT_BLOCK][8], zeros behind the last column and an odd last row. */
function packCoarse(rows: usize, count: i32, Q: i32, panels: usize): void {
  const rowBytes = <usize>Q << 2;
  for (let n = 0; n < Q; n += 8) {
    const width = min(8, Q - n);
    let to = panels + (<usize>((n >> 3) * GRADIENT_BLOCK) << 5);
    let row = rows + (<usize>n << 2);
    if (width == 8) {
      for (let i = 0; i < count; i++) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
        to += 32;
        row += rowBytes;
      }
    } else {
      for (let i = 0; i < count; i++) {
        memory.fill(to, 0, 32);
        memory.copy(to, row, <usize>width << 2);
        to += 32;
        row += rowBytes;
      }
    }
    if (count & 1) memory.fill(to, 0, 32);
  }
}

/**
 * Packs weights for going down: w [taps][P][Q] → [⌈Q/8⌉][taps][P][8]; panels from…to of ⌈Q/8⌉.
 */
export function packDown(w: usize, T: i32, P: i32, Q: i32, packed: usize, from: i32, to: i32): void {
  const rows = T * P;
  for (let n = from; n < to; n++) {
    const width = min(8, Q - (n << 3));
    let out = packed + (<usize>(n * rows) << 5);
    let row = w + (<usize>n << 5);
    for (let r = 0; r < rows; r++) {
      if (width == 8) {
        v128.store(out, v128.load(row));
        v128.store(out, v128.load(row, 16), 16);
      } else {
        memory.fill(out, 0, 32);
        memory.copy(out, row, <usize>width << 2);
      }
      out += 32;
      row += <usize>Q << 2;
    }
  }
}

/**
 * Packs the taps of one phase for going up: w [taps][P][Q] → [⌈P/8⌉][chosen taps][Q][8]; panels from…to of ⌈P/8⌉.
 * @param chosen tap numbers, i32
 */
export function packUp(w: usize, chosen: usize, count: i32, P: i32, Q: i32, packed: usize, from: i32, to: i32): void {
  for (let n = from; n < to; n++) {
    const width = min(8, P - (n << 3));
    let out = packed + (<usize>(n * count * Q) << 5);
    for (let i = 0; i < count; i++) {
      const t = load<i32>(chosen + (<usize>i << 2));
      const base = w + (<usize>((t * P + (n << 3)) * Q) << 2);
      for (let q = 0; q < Q; q++) {
        for (let p = 0; p < 8; p++) {
          store<f32>(out + (<usize>p << 2), p < width ? load<f32>(base + (<usize>(p * Q + q) << 2)) : 0);
        }
        out += 32;
      }
    }
  }
}
