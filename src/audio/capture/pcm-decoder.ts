// Turns the bytes of a PCM pipe into float32 samples. A pipe cuts anywhere, also inside a sample.

/** Sample formats by their ALSA names; all little-endian, one channel. */
export type PcmFormat = 'S16_LE' | 'S32_LE' | 'FLOAT_LE';

const READERS: Record<PcmFormat, { width: number; read(bytes: Buffer, offset: number): number }> = {
  S16_LE: { width: 2, read: (bytes, offset) => bytes.readInt16LE(offset) / 2 ** 15 },
  S32_LE: { width: 4, read: (bytes, offset) => bytes.readInt32LE(offset) / 2 ** 31 },
  FLOAT_LE: { width: 4, read: (bytes, offset) => bytes.readFloatLE(offset) },
};

export class PcmDecoder {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly format: PcmFormat) {}

  /** The whole samples in `chunk`, in −1…1; what is left of a sample waits for the next chunk. */
  decode(chunk: Buffer): Float32Array {
    const { width, read } = READERS[this.format];
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const pcm = new Float32Array(Math.floor(bytes.length / width));
    for (let i = 0; i < pcm.length; i++) pcm[i] = read(bytes, i * width);
    this.rest = Buffer.from(bytes.subarray(pcm.length * width));
    return pcm;
  }
}
