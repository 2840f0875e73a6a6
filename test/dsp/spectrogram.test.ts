// What the settings of a spectrogram mean: rows, columns, values, padding; and what it does with hopeless input.
import assert from 'node:assert/strict';
import { DEFAULT_SPECTROGRAM, FLOOR_DB, Spectrogram, type SpectrogramSettings } from '#src/dsp/spectrogram';
import { assertFinite } from '#src/messages';

const RATE = 16000;

const make = (settings: Partial<SpectrogramSettings> = {}) =>
  new Spectrogram({
    ...DEFAULT_SPECTROGRAM,
    sampleRate: RATE,
    fftSize: 256,
    hopLength: 128,
    melBands: 32,
    ...settings,
  });

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

describe('the rows of a spectrogram', () => {
  it('are the mel bands, or the FFT bins from fMin to fMax', () => {
    assert.equal(make().rows, 32);
    assert.equal(make({ scale: 'linear' }).rows, 129);
    assert.equal(make({ scale: 'linear', fMin: 1000, fMax: 2000 }).rows, 17);
    assert.equal(make({ scale: 'linear', fMin: 1001, fMax: 1999 }).rows, 15);
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

describe('the columns of a spectrogram', () => {
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

  it('map −rangeDb to 0 dB onto 0 to 1 with range, whatever else is in the segment', () => {
    const dB = make({ scale: 'linear', normalize: 'none', rangeDb: 0, frames: 0 }).compute(tone(4000, 1000, 0.001));
    const unit = make({ scale: 'linear', normalize: 'range', rangeDb: 60, frames: 0 }).compute(tone(4000, 1000, 0.001));
    unit.values.forEach((value, i) => {
      const expected = Math.min(1, Math.max(0, (dB.values[i] + 60) / 60));
      assert.ok(Math.abs(value - expected) < 1e-6, `${value}, expected ${expected}`);
    });
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
    [{ fftSize: 1000 }, 'fft-size', /fftSize is 1000; expected a power of two/],
    [{ hopLength: 0 }, 'hop-length', /hopLength is 0/],
    [{ hopLength: 1.5 }, 'hop-length', /hopLength is 1.5/],
    [{ window: 'kaiser' as never }, 'window', /window is "kaiser"/],
    [{ scale: 'bark' as never }, 'scale', /scale is "bark"; expected one of mel, linear/],
    [{ melBands: 0 }, 'mel-bands', /melBands is 0/],
    [{ frames: -1 }, 'frames', /frames is -1/],
    [{ normalize: 'zscore' as never }, 'normalize', /normalize is "zscore"/],
    [{ rangeDb: -1 }, 'range-db', /rangeDb is -1/],
    [{ rangeDb: 0, normalize: 'range' }, 'range-db', /above 0, because normalize is "range"/],
    [{ sampleRate: Number.NaN }, 'sample-rate', /sample rate is NaN/],
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
