// The ring of frames behind the live spectrogram.
import assert from 'node:assert/strict';
import { FrameStrip } from '#src/charts/frame-strip';
import type { SpectrogramInfo } from '#src/messages';

const info = (bins: number, frames: number, more: Partial<SpectrogramInfo> = {}): SpectrogramInfo => ({
  ...{ shape: [bins, frames], sampleRate: 16_000, fftSize: 1024, hopLength: 1600, window: 'hann', scale: 'mel' },
  ...{ fMin: 0, fMax: 8000, normalize: 'range', min: 0, max: 1, ...more },
});
/** Every frame holds its number / 100, in all bins. */
const numbered = (bins: number, first: number, frames: number) =>
  Float32Array.from({ length: bins * frames }, (_, i) => (first + (i % frames)) / 100);

describe('frame strip', () => {
  it('gives what is new since a frame, and no more than it keeps', () => {
    const strip = new FrameStrip(2, 2048); // 2 s of frames of 0.1 s
    strip.append(numbered(4, 0, 30), info(4, 30));
    assert.equal(strip.capacity, 20);
    const all = strip.since(0);
    assert.deepEqual([all.from, strip.end, all.frames.length], [10, 30, 80]);
    assert.equal(all.frames[0], Math.round(0.1 * 255));
    const some = strip.since(28);
    assert.deepEqual(
      [...some.frames],
      [28, 28, 28, 28, 29, 29, 29, 29].map(n => Math.round((n / 100) * 255)),
    );
    assert.deepEqual([strip.since(30).frames.length, strip.since(1e9).frames.length], [0, 0]);
  });

  it('starts anew where the sound or its settings change', () => {
    const strip = new FrameStrip(2, 2048);
    strip.append(numbered(4, 0, 5), info(4, 5));
    strip.append(numbered(8, 0, 5), info(8, 5));
    assert.equal(strip.format?.epoch, 2);
    assert.deepEqual([strip.since(0).from, strip.since(0).frames.length], [5, 40]);
  });

  it('keeps the loudest where bins share a place, and 128 at most', () => {
    const strip = new FrameStrip(2, 2048);
    const values = new Float32Array(512);
    values[300] = 1;
    strip.append(values, info(512, 1));
    const { frames } = strip.since(0);
    assert.equal(frames.length, 128);
    assert.equal(frames[75], 255);
  });

  it('has a floor and a top that hold every dB value', () => {
    const strip = new FrameStrip(2, 2048);
    strip.append(Float32Array.from([-100, 0, 90]), info(3, 1, { normalize: 'none' }));
    assert.equal(strip.format?.unit, 'dB');
    assert.deepEqual([...strip.since(0).frames], [0, Math.round((100 / 190) * 255), 255]);
  });

  it('is bounded in frames where a spectrogram has very many a second', () => {
    const strip = new FrameStrip(30, 2048);
    strip.append(numbered(2, 0, 10), info(2, 10, { hopLength: 1 }));
    assert.equal(strip.capacity, 2048);
  });
});
