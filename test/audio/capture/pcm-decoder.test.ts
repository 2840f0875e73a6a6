// Bytes of a PCM pipe as float32 samples.
import assert from 'node:assert/strict';
import { PcmDecoder, type PcmFormat } from '#src/audio/capture/pcm-decoder';

const decode = (format: PcmFormat, chunks: Buffer[]): number[] => {
  const decoder = new PcmDecoder(format);
  return chunks.flatMap(chunk => [...decoder.decode(chunk)]);
};

describe('PcmDecoder', () => {
  it('reads 16-bit, 32-bit and float samples as −1…1', () => {
    const s16 = Buffer.from(Int16Array.of(-32768, -1, 0, 1, 32767).buffer);
    assert.deepEqual(decode('S16_LE', [s16]), [-1, -1 / 32768, 0, 1 / 32768, 32767 / 32768]);
    const s32 = Buffer.from(Int32Array.of(-(2 ** 31), 0, 1 << 30, 5 << 16, 2 ** 31 - 1).buffer);
    assert.deepEqual(decode('S32_LE', [s32]), [-1, 0, 0.5, 5 / 32768, 1]);
    const float = Buffer.from(Float32Array.of(-1, 0.25, 1).buffer);
    assert.deepEqual(decode('FLOAT_LE', [float]), [-1, 0.25, 1]);
  });

  it('gives the same samples when the pipe cuts inside them', () => {
    const bytes = Buffer.from(Int32Array.from({ length: 50 }, (_, i) => (i - 25) << 20).buffer);
    const whole = decode('S32_LE', [bytes]);
    for (const size of [1, 2, 3, 5, 7, 13]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      assert.deepEqual(decode('S32_LE', chunks), whole, `pieces of ${size} bytes`);
    }
  });

  it('does not hold on to the buffer it was given', () => {
    const decoder = new PcmDecoder('S16_LE');
    const chunk = Buffer.from([0, 64, 0]);
    decoder.decode(chunk);
    chunk.fill(255);
    assert.deepEqual([...decoder.decode(Buffer.from([32]))], [0.25]);
  });
});
