// The Fourier transform of real, windowed frames, two at a time in double precision: sizes, tables and the order of the
// kernels' calls. The arithmetic stands in kernels/fft.ts.
import { UserError } from '../errors';
import type { Workspace } from './kernels';

/** Smallest and largest frame. */
export const FFT_SIZES = { min: 16, max: 65536 } as const;

/** @throws UserError `fft-size` where `size` is not a power of two within FFT_SIZES */
export function checkFftSize(size: number): void {
  if (!Number.isInteger(size) || size < FFT_SIZES.min || size > FFT_SIZES.max || (size & (size - 1)) !== 0) {
    const near = 2 ** Math.round(Math.log2(Math.min(FFT_SIZES.max, Math.max(FFT_SIZES.min, size || 1024))));
    throw new UserError(
      'config',
      `fftSize is ${size}; expected a power of two from ${FFT_SIZES.min} to ${FFT_SIZES.max}, e.g. ${near}.`,
    );
  }
}

/** Bytes of a point, a complex value of two frames: re of both, im of both. */
const POINT_BYTES = 32;

/** Discrete Fourier transform of windowed frames of `window.length` samples, within a workspace. */
export class RealFft {
  /** Samples per frame, N. */
  readonly size: number;
  /** N/2 + 1 */
  readonly bins: number;
  private readonly window: number;
  private readonly places: number;
  private readonly twiddles: number;
  private readonly turns: number;
  private readonly points: number;

  /** @throws UserError `fft-size` where the window's length is not a power of two within FFT_SIZES */
  constructor(
    window: Float64Array,
    private readonly workspace: Workspace,
  ) {
    const size = window.length;
    checkFftSize(size);
    const half = size / 2;
    this.size = size;
    this.bins = half + 1;
    // Telling even and odd samples apart takes half the sum of two points: halving the window saves that.
    this.window = workspace.table(window.map(value => value / 2));
    this.places = workspace.table(placesOf(half));
    this.twiddles = workspace.table(twiddlesOf(half));
    this.turns = workspace.table(turnsOf(size));
    this.points = workspace.buffer(this.bins * POINT_BYTES);
  }

  /**
   * Spectra of two frames.
   * @param a address of the first frame's samples, float32 in the workspace, which has been entered
   * @param b of the second one's
   * @returns address of X[0…N/2]: each re of the two frames, then im of the two; good until the next call
   */
  spectra(a: number, b: number): number {
    const { size, points } = this;
    const kernels = this.workspace.enter();
    kernels.packFrames(a, b, this.window, this.places, size, points);
    kernels.transform(points, size / 2, this.twiddles);
    kernels.realSpectrum(points, size / 2, this.turns);
    return points;
  }

  /** Writes |X[0…N/2]|² of two frames as float32: a pair to each 16 bytes from `out` on. */
  powers(a: number, b: number, out: number): void {
    this.workspace.enter().powers(this.spectra(a, b), this.bins, out);
  }
}

/** The kernel's first pass: radix 4, or 8 where radix 4 alone does not reach `points`. */
const firstRadix = (points: number): number => (Math.log2(points) % 2 === 0 ? 4 : 8);

/**
 * Where each point goes before the first pass, in bytes: a pass of radix 4 puts together the transforms of every fourth
 * point from 0, from 1, from 2 and from 3, which lie one after the other, and so on within each.
 */
function placesOf(points: number): Uint32Array {
  const first = firstRadix(points);
  return Uint32Array.from({ length: points }, (_, point) => {
    let place = 0;
    let rest = point;
    for (let span = points; span > first; span /= 4) {
      place += (rest % 4) * (span / 4);
      rest = Math.floor(rest / 4);
    }
    return (place + rest) * POINT_BYTES;
  });
}

/** For each pass but the first, which puts 4 transforms of `span` points together: e^(−2πi·r·j/(4·span)), r = 1, 2, 3. */
function twiddlesOf(points: number): Float64Array {
  const values: number[] = [];
  for (let span = firstRadix(points); span < points; span *= 4) {
    for (let j = 0; j < span; j++) {
      for (let r = 1; r <= 3; r++) {
        const angle = (2 * Math.PI * r * j) / (4 * span);
        values.push(Math.cos(angle), -Math.sin(angle));
      }
    }
  }
  return Float64Array.from(values);
}

/** cos and sin of 2πk/N, k = 0…N/4. */
function turnsOf(size: number): Float64Array {
  const values = new Float64Array(2 * (size / 4 + 1));
  for (let k = 0; k <= size / 4; k++) {
    const angle = (2 * Math.PI * k) / size;
    values[2 * k] = Math.cos(angle);
    values[2 * k + 1] = Math.sin(angle);
  }
  return values;
}
