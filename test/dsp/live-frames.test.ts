// A stream cut into blocks: its frames must be those of the whole sound, wherever the cuts fall.
import assert from 'node:assert/strict';
import { LiveFrames, liveSettings } from '#src/dsp/live-frames';
import { Spectrogram } from '#src/dsp/spectrogram';

const RATE = 16_000;

describe('live frames', () => {
  it('follow each other without a seam, however the sound is cut', () => {
    const pcm = Float32Array.from(
      { length: 3 * RATE },
      (_, i) => 0.4 * Math.sin(i * i * 1e-5) + 0.1 * Math.sin(i * 0.7),
    );
    const maker = new Spectrogram(liveSettings(RATE));
    const whole = maker.compute(pcm);
    const [rows, frames] = whole.info.shape;
    for (const size of [100, 1600, 4410, 20_000]) {
      const live = new LiveFrames(RATE, 30);
      let index = 1; // the first one is centred on the very first sample
      for (let from = 0; from < pcm.length; from += size) {
        const block = live.add(pcm.subarray(from, from + size));
        if (!block) continue;
        const part = maker.compute(block.pcm);
        for (let k = block.from; k < block.to; k++, index++) {
          for (let row = 0; row < rows; row++) {
            const got = part.values[row * part.info.shape[1] + k];
            const expected = whole.values[row * frames + index];
            assert.ok(
              Math.abs(got - expected) < 0.01,
              `pieces of ${size}, index ${index}, row ${row}: ${got}, ${expected}`,
            );
          }
        }
      }
      assert.ok(index > frames - 3, `${index} of ${frames} frames with pieces of ${size}`);
    }
  });

  it('look at no more than the end of a long stretch, and hold on to no more', () => {
    const live = new LiveFrames(RATE, 2);
    const block = live.add(new Float32Array(60 * RATE));
    assert.equal(block?.pcm.length, 2 * RATE);
    assert.ok(live.add(new Float32Array(RATE))!.pcm.length < 1.1 * RATE);
  });

  it('have settings for any sample rate', () => {
    for (const rate of [4000, 8000, 22_050, 44_100, 384_000]) {
      const { fftSize, hopLength } = liveSettings(rate);
      assert.equal(hopLength * 2, fftSize);
      new Spectrogram(liveSettings(rate));
    }
  });
});
