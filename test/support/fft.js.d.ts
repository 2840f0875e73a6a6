// The part of fft.js that is used; the package has no types of its own.
declare module 'fft.js' {
  class FFT {
    /** @param size number of complex values: a power of two, at least 2 */
    constructor(size: number);
    /** Forward transform of `size` complex values, re and im interleaved; `out` and `data` must differ. */
    transform(out: Float64Array, data: Float64Array): void;
  }
  export = FFT;
}
