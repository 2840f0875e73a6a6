// Changes the sample rate with a Kaiser-windowed sinc filter in polyphase form: any ratio, whole signals or streams,
// no delay (output n lies at time n / toRate). Everything up to 0.91 of the lower Nyquist frequency passes, everything
// from the lower Nyquist frequency on is down by 110 dB, so nothing folds back.
import { kaiser, sinc } from './kaiser';

const STOP_BAND_DB = 110;
/** Edges as fractions of the lower Nyquist frequency. */
const PASS_EDGE = 0.91;
const STOP_EDGE = 1;
/** Kaiser's formulas for the window's shape and the filter's length (in samples of the lower rate, one side). */
const BETA = 0.1102 * (STOP_BAND_DB - 8.7);
const HALF_LENGTH = (STOP_BAND_DB - 7.95) / (2.285 * Math.PI * (STOP_EDGE - PASS_EDGE)) / 2;
/** Up to this many coefficients every phase of the ratio gets a row of its own; beyond, rows are interpolated. */
const MAX_COEFFICIENTS = 2 ** 20;
/** Rows per sample of the lower rate where they are interpolated linearly: the error stays below −120 dB. */
const INTERPOLATED_ROWS = 2048;

/** Resamples a stream: `push` its blocks, then `end`. */
export class Resampler {
  /** toRate : fromRate in lowest terms. */
  private readonly up: number;
  private readonly down: number;
  private readonly bank: FilterBank;
  /** Input that later outputs still need; it starts with silence before the first sample. */
  private held: Float32Array;
  /** Input sample that the next output lies on or after, counted from the start of `held`, and the rest in 1/up. */
  private index: number;
  private remainder = 0;
  private inputs = 0;
  private outputs = 0;

  /** @param fromRate @param toRate Hz, whole numbers above 0 */
  constructor(fromRate: number, toRate: number) {
    const divisor = greatestCommonDivisor(fromRate, toRate);
    this.up = toRate / divisor;
    this.down = fromRate / divisor;
    this.bank = filterBankOf(this.up, this.down);
    this.held = new Float32Array(this.bank.half - 1);
    this.index = this.bank.half - 1;
  }

  /** Takes some input and returns the output that is complete with it. */
  push(block: Float32Array): Float32Array {
    if (this.up === this.down) return block;
    this.inputs += block.length;
    return this.run(block, Number.POSITIVE_INFINITY);
  }

  /** Returns the rest: the whole signal then has ceil(inputs × toRate / fromRate) samples. */
  end(): Float32Array {
    if (this.up === this.down) return new Float32Array(0);
    const total = Math.ceil((this.inputs * this.up) / this.down);
    return this.run(new Float32Array(this.bank.half), total - this.outputs);
  }

  private run(block: Float32Array, most: number): Float32Array {
    const { half } = this.bank;
    const input = new Float32Array(this.held.length + block.length);
    input.set(this.held);
    input.set(block, this.held.length);
    // Output k needs the inputs up to `half` after its index.
    const ready = Math.max(0, Math.ceil(((input.length - half - this.index) * this.up - this.remainder) / this.down));
    const output = new Float32Array(Math.min(ready, most));
    for (let n = 0; n < output.length; n++) {
      output[n] = this.bank.apply(input, this.index - half + 1, this.remainder / this.up);
      this.remainder += this.down;
      const whole = Math.floor(this.remainder / this.up);
      this.index += whole;
      this.remainder -= whole * this.up;
    }
    this.outputs += output.length;
    const first = Math.min(input.length, this.index - half + 1);
    this.held = input.slice(first);
    this.index -= first;
    return output;
  }
}

/** Resamples a whole signal; the same array where the rates are equal. */
export function resample(pcm: Float32Array, fromRate: number, toRate: number): Float32Array {
  if (fromRate === toRate) return pcm;
  const resampler = new Resampler(fromRate, toRate);
  return join([resampler.push(pcm), resampler.end()]);
}

/** One array of several. */
export function join(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The filter sampled at many offsets between two input samples: one row of `2·half` coefficients for each. */
class FilterBank {
  private readonly taps: number;
  private readonly coefficients: Float64Array;

  /** @param half inputs on each side of an output, even @param rows per input sample @param exact every phase has its row */
  constructor(
    readonly half: number,
    private readonly rows: number,
    private readonly exact: boolean,
    ratio: number,
  ) {
    this.taps = 2 * half;
    // One row more than a sample has, so that the last can be interpolated towards the next sample.
    this.coefficients = new Float64Array((rows + 1) * this.taps);
    for (let row = 0; row <= rows; row++) this.fill(row, ratio);
  }

  private fill(row: number, ratio: number): void {
    const cutOff = ((PASS_EDGE + STOP_EDGE) / 2) * ratio;
    const width = HALF_LENGTH / ratio;
    const from = row * this.taps;
    let sum = 0;
    for (let tap = 0; tap < this.taps; tap++) {
      const time = row / this.rows + this.half - 1 - tap;
      sum += this.coefficients[from + tap] = sinc(cutOff * time) * kaiser(time / width, BETA);
    }
    // Every row passes a constant unchanged.
    for (let tap = 0; tap < this.taps; tap++) this.coefficients[from + tap] /= sum;
  }

  /** The output that lies `fraction` (0…1) of a sample after input `first + half − 1`. */
  apply(input: Float32Array, first: number, fraction: number): number {
    const position = fraction * this.rows;
    const row = this.exact ? Math.round(position) : Math.floor(position);
    const value = this.dot(input, first, row);
    return this.exact ? value : value + (position - row) * (this.dot(input, first, row + 1) - value);
  }

  private dot(input: Float32Array, first: number, row: number): number {
    const { coefficients, taps } = this;
    const start = (row * taps) | 0;
    const end = start + taps;
    // Four sums, so that an addition need not wait for the one before; `taps` is a multiple of four.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = start, k = first | 0; i < end; i += 4, k += 4) {
      a += coefficients[i] * input[k];
      b += coefficients[i + 1] * input[k + 1];
      c += coefficients[i + 2] * input[k + 2];
      d += coefficients[i + 3] * input[k + 3];
    }
    return a + b + (c + d);
  }
}

/** The bank made last: a pass over a folder asks for the same ratio file after file. */
let latest: { key: string; bank: FilterBank } | undefined;

function filterBankOf(up: number, down: number): FilterBank {
  const key = `${up}:${down}`;
  if (latest?.key === key) return latest.bank;
  const ratio = Math.min(1, up / down);
  const half = 2 * Math.ceil((HALF_LENGTH / ratio + 1) / 2);
  const exact = (up + 1) * 2 * half <= MAX_COEFFICIENTS;
  const bank = new FilterBank(half, exact ? up : Math.ceil(INTERPOLATED_ROWS * ratio), exact, ratio);
  latest = { key, bank };
  return bank;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
