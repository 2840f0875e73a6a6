import assert from 'node:assert/strict';
import { SoundMeter } from '#src/audio/sound-meter';

const sine = (amplitude: number): Float32Array =>
  Float32Array.from({ length: 44100 }, (_, i) => amplitude * Math.sin((2 * Math.PI * 441 * i) / 44100));
const near = (got: number | null | undefined, wanted: number): void =>
  assert.ok(Math.abs((got ?? Number.NaN) - wanted) < 1e-3, `${got}, expected ${wanted}`);

describe('SoundMeter', () => {
  it('measures root mean square and peak in dB relative to full scale, since it was cleared', () => {
    const meter = new SoundMeter();
    meter.add(Float32Array.of(1, -1));
    meter.add(Float32Array.of(1, -1, 1));
    assert.deepEqual(meter.level, { rms: 0, peak: 0, clipped: 5, offset: 0.2, samples: 5 });
    meter.clear();
    meter.add(sine(0.1));
    near(meter.level?.rms, -23.0103);
    near(meter.level?.peak, -20);
    near(meter.level?.offset, 0);
    assert.equal(meter.level?.clipped, 0);
  });

  it('knows silence from no sound at all', () => {
    const meter = new SoundMeter();
    assert.equal(meter.level, undefined);
    meter.add(new Float32Array(10));
    assert.deepEqual(meter.level, { rms: null, peak: null, clipped: 0, offset: 0, samples: 10 });
  });

  it('counts samples that a 16-bit recorder has cut off, at both ends', () => {
    const meter = new SoundMeter();
    meter.add(Float32Array.of(32767 / 32768, -1, 32766 / 32768, -32766 / 32768));
    assert.equal(meter.level?.clipped, 2);
  });
});
