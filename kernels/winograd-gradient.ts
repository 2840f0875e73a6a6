// The filter gradient of winograd.ts: factors of the fine grid's tiles times what the coarse grid's tiles become, summed
// over all tiles into 36 matrices, which become the gradients of the nine taps at the end.
import { TILE_BYTES } from './contract';
import { tileOnto, tileOntoSix } from './tiles';
import {
  COARSE_SPAN,
  coarseFactorBytes,
  coarseFactors,
  DOWN,
  factors,
  fineFactorBytes,
  inputSpan,
  MATRICES,
  matrixBytes,
  ONE,
  panelBytes,
  QUADS,
  quadBytes,
  TEMP_BYTES,
} from './winograd-contract';
import { mapCoarse, mapTapGradient } from './winograd-maps';
import { tileAt, tileFactors } from './winograd-tiles';

/**
 * dw[t, p, q] += Σ fine[…, p] · coarse[…, q] as convFilterGradient, for 3 × 3 taps.
 * @param fine [maps][fineH][fineW][P]; tile (i, j) reads from (4·stride·i + y0, 4·stride·j + x0) on
 * @param coarse [maps][gridH][gridW][Q]; tile (i, j) is the 16 values from (4i, 4j) on
 * @param dw [9][P][Q]
 * @param products [count][factor, coarse factor, matrix, …] of i32
 * @param block tiles at once
 */
export function winogradFilterGradient(
  stride: i32,
  fine: usize,
  fineH: i32,
  fineW: i32,
  P: i32,
  y0: i32,
  x0: i32,
  coarse: usize,
  gridH: i32,
  gridW: i32,
  Q: i32,
  dw: usize,
  from: i32,
  to: i32,
  products: usize,
  count: i32,
  block: i32,
  scratch: usize,
): void {
  const kind = stride == 1 ? ONE : DOWN;
  const span = inputSpan(kind);
  const n = factors(kind);
  const e = coarseFactors(kind);
  const hop = 4 * stride;
  const pixel = <usize>P << 2;
  const coarsePixel = <usize>Q << 2;
  const temp = scratch;
  const patch = temp + <usize>(2 * TEMP_BYTES);
  const coarsePatch = patch + <usize>(span * span) * pixel;
  const U = coarsePatch + <usize>(COARSE_SPAN * COARSE_SPAN) * coarsePixel;
  const quadStep = <usize>quadBytes(block);
  const fineStep = <usize>fineFactorBytes(P, block);
  const E = U + <usize>(n * n) * fineStep;
  const panelStep = <usize>panelBytes(block);
  const coarseStep = <usize>coarseFactorBytes(Q, block);
  const D = E + <usize>(e * e) * coarseStep;
  const matrixStep = <usize>matrixBytes(P, Q);
  const tilesY = (gridH + 3) >> 2;
  const tilesX = (gridW + 3) >> 2;
  const perMap = tilesY * tilesX;
  const total = perMap * (to - from);
  const fineMap = <usize>(fineH * fineW) * pixel;
  const coarseMap = <usize>(gridH * gridW) * coarsePixel;

  memory.fill(D, 0, <usize>MATRICES * matrixStep);
  for (let first = 0; first < total; first += block) {
    const tiles = min(block, total - first);
    for (let t = 0; t < tiles; t++) {
      const index = first + t;
      const map = index / perMap;
      const place = index - map * perMap;
      const ty = place / tilesX;
      const tx = place - ty * tilesX;
      const onFine = fine + <usize>(from + map) * fineMap;
      const source = tileAt(onFine, fineH, fineW, P, ty * hop + y0, tx * hop + x0, span, patch);
      const row = <usize>(source == patch ? span : fineW) * pixel;
      tileFactors(kind, source, row, P, U + (<usize>t << 4), fineStep, quadStep, temp);
      const onCoarse = coarse + <usize>(from + map) * coarseMap;
      const values = tileAt(onCoarse, gridH, gridW, Q, 4 * ty, 4 * tx, COARSE_SPAN, coarsePatch);
      const line = <usize>(values == coarsePatch ? COARSE_SPAN : gridW) * coarsePixel;
      coarseTile(stride, values, line, Q, E + (<usize>t << 5), coarseStep, panelStep, temp);
    }
    for (let i = 0; i < count; i++) {
      const entry = products + (<usize>i << 4);
      const a = U + <usize>load<i32>(entry) * fineStep;
      const b = E + <usize>load<i32>(entry, 4) * coarseStep;
      multiplyOnto(a, quadStep, P >> 2, b, panelStep, Q >> 3, tiles, D + <usize>load<i32>(entry, 8) * matrixStep);
    }
  }
  addTapGradients(stride, D, matrixStep, P, Q, dw, temp);
}

/**
 * COARSE_SPAN² coarse values of a tile → its coarseFactors², along one axis, then along the other.
 * @param target factors lie `coarseStep` bytes apart, the panels of eight channels of each `panelStep`
 */
function coarseTile(
  stride: i32,
  source: usize,
  row: usize,
  Q: i32,
  target: usize,
  coarseStep: usize,
  panelStep: usize,
  temp: usize,
): void {
  const e = coarseFactors(stride == 1 ? ONE : DOWN);
  const pixel = <usize>Q << 2;
  const down = <usize>e << 5;
  for (let c = 0; c < Q; c += 8) {
    for (let r = 0; r < COARSE_SPAN; r++) {
      const s = source + <usize>r * row + (<usize>c << 2);
      mapCoarse(stride, s, pixel, 16, temp + (<usize>(r * e) << 5), 32, 16, 2);
    }
    const d = target + <usize>(c >> 3) * panelStep;
    for (let k = 0; k < e; k++) {
      const to = d + <usize>k * coarseStep;
      mapCoarse(stride, temp + (<usize>k << 5), down, 16, to, <usize>e * coarseStep, 16, 2);
    }
  }
}

/** matrix [quads][panels][4][8] += a [quads][tiles][4] by b [panels][tiles][8]; three quads are two times six rows. */
function multiplyOnto(
  a: usize,
  quadStep: usize,
  quads: i32,
  b: usize,
  panelStep: usize,
  panels: i32,
  tiles: i32,
  matrix: usize,
): void {
  const rowBytes = <usize>(panels * TILE_BYTES);
  let p = quads;
  for (; p > 2; p -= 3) {
    const second = a + quadStep;
    const third = second + quadStep;
    for (let q = 0; q < panels; q++) {
      const panel = b + <usize>q * panelStep;
      const acc = matrix + <usize>(q * TILE_BYTES);
      const between = acc + rowBytes;
      tileOntoSix(a, second, panel, tiles, acc, between);
      tileOntoSix(third, second + 8, panel, tiles, between + rowBytes, between + 64);
    }
    a = third + quadStep;
    matrix += 3 * rowBytes;
  }
  for (; p > 0; p--) {
    for (let q = 0; q < panels; q++) {
      tileOnto(a, b + <usize>q * panelStep, tiles, matrix + <usize>(q * TILE_BYTES));
    }
    a += quadStep;
    matrix += rowBytes;
  }
}

/** From the 36 matrices [P/4][Q/8][4][8] to the taps [9][P][Q], added to what is there. */
function addTapGradients(
  stride: i32,
  D: usize,
  matrixStep: usize,
  P: i32,
  Q: i32,
  dw: usize,
  temp: usize,
): void {
  const done = temp + <usize>TEMP_BYTES;
  const tap = <usize>(P * Q) << 2;
  const row = <usize>(3 * TILE_BYTES);
  for (let p = 0; p < P; p += 4) {
    for (let q = 0; q < Q; q += 8) {
      const source = D + <usize>((p >> 2) * (Q >> 3) + (q >> 3)) * <usize>TILE_BYTES;
      for (let r = 0; r < 6; r++) {
        const s = source + <usize>(6 * r) * matrixStep;
        mapTapGradient(stride, s, matrixStep, 16, temp + <usize>r * row, <usize>TILE_BYTES, 16, QUADS);
      }
      for (let k = 0; k < 3; k++) {
        const offset = <usize>(k * TILE_BYTES);
        mapTapGradient(stride, temp + offset, row, 16, done + offset, row, 16, QUADS);
      }
      for (let t = 0; t < 9; t++) {
        let from = done + <usize>(t * TILE_BYTES);
        let to = dw + <usize>t * tap + (<usize>(p * Q + q) << 2);
        for (let i = 0; i < 4; i++) {
          v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
          v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
          from += 32;
          to += <usize>Q << 2;
        }
      }
    }
  }
}
