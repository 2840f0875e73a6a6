// Turns the bytes of a PCM pipe into float32 samples. A pipe cuts anywhere, also inside a sample.

/** Sample formats by their ALSA names; one channel, little-endian as every machine that Node-RED runs on. */
export type PcmFormat = 'S16_LE' | 'S32_LE' | 'FLOAT_LE';

interface Layout {
  array: typeof Int16Array | typeof Int32Array | typeof Float32Array;
  fullScale: number;
}

const LAYOUTS: Record<PcmFormat, Layout> = {
  S16_LE: { array: Int16Array, fullScale: 2 ** 15 },
  S32_LE: { array: Int32Array, fullScale: 2 ** 31 },
  FLOAT_LE: { array: Float32Array, fullScale: 1 },
};

export class PcmDecoder {
  private readonly layout: Layout;
  private rest: Buffer = Buffer.alloc(0);

  constructor(format: PcmFormat) {
    this.layout = LAYOUTS[format];
  }

  /** The whole samples in `chunk`, in −1…1; what is left of a sample waits for the next chunk. */
  decode(chunk: Buffer): Float32Array {
    const { array, fullScale } = this.layout;
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const count = Math.floor(bytes.length / array.BYTES_PER_ELEMENT);
    const used = count * array.BYTES_PER_ELEMENT;
    // A typed array needs its bytes aligned, which those of a pipe need not be.
    const samples = new array(count);
    new Uint8Array(samples.buffer).set(bytes.subarray(0, used));
    this.rest = Buffer.from(bytes.subarray(used));
    if (samples instanceof Float32Array) return samples;
    const pcm = new Float32Array(count);
    for (let i = 0; i < count; i++) pcm[i] = samples[i] / fullScale;
    return pcm;
  }
}
