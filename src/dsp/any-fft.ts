// The Fourier transform of any length, in double precision: blocks of half a second have 22050 or 24000 samples, no
// powers of two. For the powers of two of spectrograms there is real-fft.ts, which is several times as fast.

/** Radices above this take as long as the plain sum; lengths with such factors are padded. */
const LARGEST_RADIX = 64;

/** Prime factors, ascending. */
function primeFactors(n: number): number[] {
  const factors: number[] = [];
  for (let p = 2; p * p <= n; p++) {
    for (; n % p === 0; n /= p) factors.push(p);
  }
  if (n > 1) factors.push(n);
  return factors;
}

/** The shortest length from `samples` on that can be transformed quickly; `samples` itself for the usual block lengths. */
export function transformLength(samples: number): number {
  let n = Math.max(1, samples);
  while (primeFactors(n).some(p => p > LARGEST_RADIX)) n++;
  return n;
}

/** Mixed-radix transform with the order of the values kept right from stage to stage (T. Stockham, 1966). */
export class AnyFft {
  private readonly factors: number[];
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  /** Real parts, then imaginary ones. */
  private from: Float64Array;
  private to: Float64Array;

  /** @param size best one that `transformLength` gave */
  constructor(readonly size: number) {
    this.factors = primeFactors(size);
    const angle = (i: number) => (2 * Math.PI * i) / size;
    this.cos = Float64Array.from({ length: size }, (_, i) => Math.cos(angle(i)));
    this.sin = Float64Array.from({ length: size }, (_, i) => -Math.sin(angle(i)));
    this.from = new Float64Array(2 * size);
    this.to = new Float64Array(2 * size);
  }

  /**
   * |X|² of the bins 0 … ⌊size/2⌋.
   * @param samples up to `size`; zeros are appended
   */
  powers(samples: Float32Array): Float64Array {
    const { size } = this;
    this.from.fill(0);
    this.from.set(samples);
    let done = 1;
    for (const radix of this.factors) {
      this.stage(radix, done);
      [this.from, this.to] = [this.to, this.from];
      done *= radix;
    }
    const { from } = this;
    return Float64Array.from({ length: Math.floor(size / 2) + 1 }, (_, i) => from[i] ** 2 + from[size + i] ** 2);
  }

  /**
   * One stage: sums of `radix` values that lie `size / radix` apart, turned by their twiddle factors.
   * @param done product of the radices before
   */
  private stage(radix: number, done: number): void {
    const { size, cos, sin, from, to } = this;
    const rest = size / radix / done;
    const apart = rest * done;
    for (let k = 0; k < rest; k++) {
      for (let q = 0; q < radix; q++) {
        const twiddle = q * k * done;
        const target = (k * radix + q) * done;
        for (let j = 0; j < done; j++) {
          let re = 0;
          let im = 0;
          for (let r = 0, at = k * done + j, turn = 0; r < radix; r++, at += apart) {
            const x = from[at];
            const y = from[size + at];
            re += x * cos[turn] - y * sin[turn];
            im += x * sin[turn] + y * cos[turn];
            turn += q * apart;
            if (turn >= size) turn -= size;
          }
          to[target + j] = re * cos[twiddle] - im * sin[twiddle];
          to[size + target + j] = re * sin[twiddle] + im * cos[twiddle];
        }
      }
    }
  }
}
