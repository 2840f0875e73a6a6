// What the settings of a spectrogram mean: rows, columns, values, padding; and what it does with hopeless input.
import assert from 'node:assert/strict';
import { Workspace } from '#src/dsp/kernels';
import { DEFAULT_SPECTROGRAM, FLOOR_DB, Spectrogram, type SpectrogramSettings } from '#src/dsp/spectrogram';
import { windowOf } from '#src/dsp/window';
import { assertFinite } from '#src/messages';
import type { KernelKind } from '#src/wasm';
import { KINDS } from './kinds';
import { noise, referenceDecibels } from './reference';

const RATE = 16000;

const SMALL = { sampleRate: RATE, fftSize: 256, hopLength: 128, melBands: 32 };

const make = (settings: Partial<SpectrogramSettings> = {}, kind?: KernelKind) =>
  new Spectrogram({ ...DEFAULT_SPECTROGRAM, ...SMALL, ...settings }, new Workspace(kind));

const tone = (samples: number, hz = 1000, amplitude = 0.5) =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE));

const column = (values: Float32Array, [rows, columns]: number[], t: number) =>
  Array.from({ length: rows }, (_, row) => values[row * columns + t]);

const ALL = [
  { scale: 'mel', normalize: 'model' },
  { scale: 'mel', normalize: 'minmax' },
  { scale: 'mel', normalize: 'range' },
  { scale: 'linear', normalize: 'none' },
  { scale: 'linear', normalize: 'minmax' },
  { scale: 'linear', normalize: 'range' },
] as const;

describe('the bins of a spectrogram', () => {
  it('are the mel bands, or the FFT bins from fMin to fMax', () => {
    assert.equal(make().bins, 32);
    assert.equal(make({ scale: 'linear' }).bins, 129);
    assert.equal(make({ scale: 'linear', fMin: 1000, fMax: 2000 }).bins, 17);
    assert.equal(make({ scale: 'linear', fMin: 1001, fMax: 1999 }).bins, 15);
  });

  it('of a part of the frequencies equal those rows of the whole', () => {
    const pcm = tone(2000);
    const options = { scale: 'linear', normalize: 'none', rangeDb: 0, frames: 0 } as const;
    const whole = make(options).compute(pcm);
    const part = make({ ...options, fMin: 1000, fMax: 2000 }).compute(pcm);
    assert.deepEqual(part.info.shape, [17, whole.info.shape[1]]);
    assert.deepEqual(part.values, whole.values.slice(16 * whole.info.shape[1], 33 * whole.info.shape[1]));
  });

  it('have the loudest value where the tone is', () => {
    const { values, info } = make({ scale: 'linear', frames: 0 }).compute(tone(4000, 2000));
    const middle = column(values, info.shape, 15);
    assert.equal(middle.indexOf(Math.max(...middle)), (2000 * 256) / RATE);
  });
});

describe('the frames of a spectrogram', () => {
  it('are 1 + samples / hop when frames is 0', () => {
    const spectrogram = make({ frames: 0 });
    for (const [samples, columns] of [
      [1, 1],
      [127, 1],
      [128, 2],
      [1280, 11],
    ]) {
      assert.deepEqual(spectrogram.compute(tone(samples)).info.shape, [32, columns]);
    }
  });

  it('are cropped on the right, on the scale of the whole segment', () => {
    // Quiet, then loud: were the crop taken first, the quiet part would be scaled by itself.
    const pcm = new Float32Array([...tone(1280, 1000, 0.01), ...tone(1280, 1000, 1)]);
    for (const settings of ALL) {
      const whole = make({ ...settings, frames: 0 }).compute(pcm);
      const cropped = make({ ...settings, frames: 8 }).compute(pcm);
      assert.deepEqual(cropped.info.shape, [whole.info.shape[0], 8]);
      for (let t = 0; t < 8; t++) {
        assert.deepEqual(column(cropped.values, cropped.info.shape, t), column(whole.values, whole.info.shape, t));
      }
    }
  });

  it('are padded on the right with the floor where values are dB, with 0 where they are from 0 to 1', () => {
    for (const settings of ALL) {
      const whole = make({ ...settings, frames: 0 }).compute(tone(1280));
      const padded = make({ ...settings, frames: 20 }).compute(tone(1280));
      const padding = settings.normalize === 'model' || settings.normalize === 'none' ? -100 : 0;
      for (let t = 0; t < 20; t++) {
        const expected = t < 11 ? column(whole.values, whole.info.shape, t) : Array(whole.info.shape[0]).fill(padding);
        assert.deepEqual(column(padded.values, padded.info.shape, t), expected, `${settings.normalize}, column ${t}`);
      }
    }
  });
});

describe('the values of a spectrogram', () => {
  it('have the minimum and maximum that the description says', () => {
    for (const settings of ALL) {
      for (const frames of [0, 4, 30]) {
        const { values, info } = make({ ...settings, frames }).compute(tone(1280));
        assert.equal(info.min, Math.min(...values), `min, ${JSON.stringify(settings)}, ${frames}`);
        assert.equal(info.max, Math.max(...values), `max, ${JSON.stringify(settings)}, ${frames}`);
      }
    }
  });

  it('keep loudness as dB for a model: half the amplitude is 6 dB less', () => {
    for (const scale of ['mel', 'linear'] as const) {
      const loud = make({ scale }).compute(tone(4000, 1000, 0.5)).info.max;
      const quiet = make({ scale }).compute(tone(4000, 1000, 0.25)).info.max;
      assert.ok(Math.abs(loud - quiet - 6.0206) < 1e-3, `${loud} and ${quiet} dB`);
    }
  });

  it('forget loudness with minmax', () => {
    const spectrogram = make({ normalize: 'minmax' });
    const loud = spectrogram.compute(tone(4000, 1000, 0.5)).values;
    const quiet = spectrogram.compute(tone(4000, 1000, 0.25)).values;
    loud.forEach((value, i) => {
      assert.ok(Math.abs(value - quiet[i]) < 1e-5);
    });
  });

  it('span exactly 0 to 1 with minmax', () => {
    const { info } = make({ normalize: 'minmax' }).compute(tone(40_000));
    assert.deepEqual([info.min, info.max], [0, 1]);
  });

  it('reach rangeDb below the loudest value, or to the floor when it is 0', () => {
    const pcm = tone(4000);
    pcm.fill(0, 2000);
    const limited = make({ rangeDb: 40, frames: 0 }).compute(pcm).info;
    assert.ok(Math.abs(limited.max - limited.min - 40) < 1e-4);
    assert.equal(make({ rangeDb: 0, frames: 0 }).compute(pcm).info.min, -100);
  });

  it('go from rangeDb below a full-scale sine up to it with range, whatever else is in the segment', () => {
    for (const window of ['hann', 'blackmanharris', 'boxcar'] as const) {
      const settings = { scale: 'linear', window, frames: 0 } as const;
      const dB = make({ ...settings, normalize: 'none', rangeDb: 0 });
      const unit = make({ ...settings, normalize: 'range', rangeDb: 60 });
      const fullScale = 20 * Math.log10(windowOf(window, 256).reduce((a, b) => a + b) / 2);
      const quiet = tone(4000, 1000, 0.001);
      const expected = dB.compute(quiet).values.map(value => Math.min(1, Math.max(0, (value - fullScale + 60) / 60)));
      unit.compute(quiet).values.forEach((value, i) => {
        assert.ok(Math.abs(value - expected[i]) < 1e-6, `${value}, expected ${expected[i]}`);
      });
      const middle = (amplitude: number) => {
        const { values, info } = unit.compute(tone(4000, 1000, amplitude));
        return Math.max(...column(values, info.shape, 15));
      };
      assert.ok(Math.abs(middle(1) - 1) < 1e-6, `${middle(1)}, expected 1`);
      assert.equal(middle(2), 1);
      assert.ok(Math.abs(middle(0.1) - 2 / 3) < 1e-6, `${middle(0.1)}, expected 2/3`);
    }
  });

  it('of mel bands end with range where a full-scale sine is in the band that is loudest for it', () => {
    for (const window of ['hann', 'boxcar'] as const) {
      const spectrogram = make({ window, normalize: 'range', frames: 0, fMin: 500, fMax: 7500 });
      const loudest = (bin: number, amplitude: number) => {
        const { values, info } = spectrogram.compute(tone(4000, (bin * RATE) / 256, amplitude));
        return Math.max(...column(values, info.shape, 15));
      };
      const whole = Array.from({ length: 110 }, (_, i) => loudest(i + 9, 1));
      const half = Array.from({ length: 110 }, (_, i) => loudest(i + 9, 0.5));
      assert.ok(Math.abs(Math.max(...whole) - 1) < 1e-4, `${Math.max(...whole)}, expected 1`);
      assert.ok(Math.abs(Math.max(...half) - (1 - 6.0206 / 80)) < 1e-4, `${Math.max(...half)}, expected 6 dB less`);
      assert.ok(Math.min(...half) > 0.5, 'no sine is lost, whatever its frequency');
    }
  });

  it('are as exact 90 dB below a loud tone as double precision', () => {
    // A tone at full scale and noise 90 dB below: what is heard beside a machine that hums.
    const hiss = noise(12_000);
    const rms = Math.sqrt(hiss.reduce((sum, value) => sum + value * value, 0) / hiss.length);
    const gain = (Math.SQRT1_2 / rms) * 10 ** (-90 / 20);
    const pcm = tone(12_000, 1003, 1).map((value, i) => value + gain * hiss[i]);
    const settings = { scale: 'linear', fftSize: 1024, window: 'blackmanharris', normalize: 'none' } as const;
    const expected = referenceDecibels(pcm, 1024, 128, 'blackmanharris');
    for (const kind of KINDS) {
      const { values } = make({ ...settings, rangeDb: 0, frames: 0 }, kind).compute(pcm);
      assert.equal(values.length, expected.length);
      let difference = 0;
      values.forEach((value, i) => {
        difference = Math.max(difference, Math.abs(value - expected[i]));
      });
      assert.ok(difference < 2e-5, `${difference} dB off with ${kind} SIMD`);
    }
  });

  it('of a column do not depend on the columns beside it, bit for bit', () => {
    const pcm = noise(20_000);
    for (const scale of ['mel', 'linear'] as const) {
      const settings = { scale, frames: 0, normalize: 'none', rangeDb: 0 } as const;
      const whole = make(settings).compute(pcm);
      const shifted = make(settings).compute(pcm.subarray(3 * 128));
      const loud = pcm.slice();
      for (let i = 10_000; i < loud.length; i++) loud[i] *= 2 ** 70;
      const beside = make(settings).compute(loud);
      for (const t of [5, 12, 33, 70, 71]) {
        const expected = column(whole.values, whole.info.shape, t);
        assert.deepEqual(column(shifted.values, shifted.info.shape, t - 3), expected, `${scale}, shifted, column ${t}`);
        assert.deepEqual(column(beside.values, beside.info.shape, t), expected, `${scale}, loud later, column ${t}`);
      }
    }
  });

  it('stay the same where spectrograms of different settings take turns', () => {
    const pcm = noise(10_000);
    const all = [make(), make({ fftSize: 2048 }), make({ scale: 'linear', window: 'boxcar' }), make({ melBands: 64 })];
    const alone = all.map(spectrogram => spectrogram.compute(pcm).values);
    for (const turn of [0, 1, 2, 3, 0, 2, 1, 3]) assert.deepEqual(all[turn].compute(pcm).values, alone[turn]);
  });

  it('agree between plain and relaxed SIMD to 1e-4 dB', () => {
    const [plain, ...others] = KINDS.map(kind => make({}, kind).compute(noise(10_000)).values);
    for (const values of others) {
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - plain[i]) <= 1e-4);
      });
    }
  });

  it('are fresh for each segment, and the same for the same segment', () => {
    const spectrogram = make();
    const first = spectrogram.compute(tone(3000)).values;
    const copy = first.slice();
    spectrogram.compute(tone(3000, 3000));
    assert.deepEqual(first, copy);
    assert.deepEqual(spectrogram.compute(tone(3000)).values, copy);
  });
});

describe('a spectrogram of hopeless input', () => {
  it('of silence is the floor everywhere in dB, and 0 everywhere from 0 to 1', () => {
    for (const settings of ALL) {
      const { values } = make({ ...settings, frames: 20 }).compute(new Float32Array(1280));
      const expected = settings.normalize === 'model' || settings.normalize === 'none' ? FLOOR_DB : 0;
      assert.ok(
        values.every(value => value === expected),
        `${settings.scale} ${settings.normalize}: ${values[0]}`,
      );
    }
  });

  it('of a constant is finite', () => {
    for (const settings of ALL) {
      assertFinite(make(settings).compute(new Float32Array(4000).fill(0.25)).values, 'value');
    }
  });

  it('of one sample, loud at every frequency alike, is all 0 with minmax: rounding is not blown up to a picture', () => {
    const { values, info } = make({ scale: 'linear', normalize: 'minmax' }).compute(Float32Array.of(0.7));
    assert.deepEqual(info.shape, [129, 128]);
    assert.ok(values.every(value => value === 0));
  });

  it('of one sample is one column of its level in dB', () => {
    const { values } = make({ scale: 'linear', normalize: 'none', frames: 0 }).compute(Float32Array.of(0.5));
    values.forEach(value => {
      assert.ok(Math.abs(value + 6.0206) < 1e-3);
    });
  });

  it('of numbers far outside −1…1 is finite: 8-bit counts, the largest float there is', () => {
    const counts = Float32Array.from({ length: 3000 }, (_, i) => (i * 37) % 256);
    const huge = new Float32Array(3000).fill(3.4e38);
    for (const settings of ALL) {
      assertFinite(make(settings).compute(counts).values, 'value');
      assertFinite(make(settings).compute(huge).values, 'value');
    }
  });

  it('of no samples is refused', () => {
    assert.throws(() => make().compute(new Float32Array(0)), { code: 'too-short' });
  });

  it('that would not fit into memory is refused before it is tried', () => {
    const spectrogram = make({ frames: 0, hopLength: 1, scale: 'linear', fftSize: 8192 });
    assert.throws(() => spectrogram.compute(new Float32Array(100_000)), {
      code: 'too-large',
      message: /4097 × 100001 values, more than 1 GiB/,
    });
  });
});

describe('settings that make no sense', () => {
  const refused: [Partial<SpectrogramSettings>, string, RegExp][] = [
    [{ fMax: 9000 }, 'frequency-range', /fMax is 9000 Hz, above the Nyquist frequency 8000 Hz/],
    [{ fMin: 3000, fMax: 2000 }, 'frequency-range', /fMin is 3000 Hz, not below fMax 2000 Hz/],
    [{ fMin: 8000 }, 'frequency-range', /fMin is 8000 Hz, not below the Nyquist frequency 8000 Hz/],
    [{ fMin: -1 }, 'frequency-range', /fMin is -1/],
    [{ scale: 'linear', fMin: 10, fMax: 20 }, 'frequency-range', /no FFT bin lies between fMin 10 Hz and fMax 20 Hz/],
    [{ fftSize: 1000 }, 'config', /fftSize is 1000; expected a power of two/],
    [{ hopLength: 0 }, 'config', /hopLength is 0/],
    [{ hopLength: 1.5 }, 'config', /hopLength is 1.5/],
    [{ window: 'kaiser' as never }, 'config', /window is "kaiser"/],
    [{ scale: 'bark' as never }, 'config', /scale is "bark"; expected one of mel, linear/],
    [{ melBands: 0 }, 'config', /melBands is 0/],
    [{ frames: -1 }, 'config', /frames is -1/],
    [{ normalize: 'zscore' as never }, 'config', /normalize is "zscore"/],
    [{ rangeDb: -1 }, 'config', /rangeDb is -1/],
    [{ rangeDb: 0, normalize: 'range' }, 'config', /above 0, because normalize is "range"/],
    [{ sampleRate: Number.NaN }, 'config', /sample rate is NaN/],
  ];
  for (const [settings, code, message] of refused) {
    it(`are refused with what was expected: ${JSON.stringify(settings)}`, () => {
      assert.throws(() => make(settings), { name: 'UserError', code, message });
    });
  }

  it('do not include a hop longer than the frame', () => {
    assert.deepEqual(make({ hopLength: 1000, frames: 0 }).compute(tone(5000)).info.shape, [32, 6]);
  });
});

describe('the description of a spectrogram', () => {
  it('has all that a model depends on, with fMax in Hz', () => {
    const { info } = make().compute(tone(4000));
    const { min, max, ...rest } = info;
    assert.ok(min < max);
    assert.deepEqual(rest, {
      shape: [32, 128],
      sampleRate: RATE,
      fftSize: 256,
      hopLength: 128,
      window: 'hann',
      scale: 'mel',
      fMin: 0,
      fMax: 8000,
      normalize: 'model',
      melBands: 32,
      rangeDb: 80,
    });
    assert.equal(make({ scale: 'linear' }).compute(tone(4000)).info.melBands, 0);
  });
});
