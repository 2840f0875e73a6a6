// The parts of the transform by themselves: windows, FFT against the definition, framing, decibels, mel scale.
import assert from 'node:assert/strict';
import { amplitudeToDb, decibelsInPlace, decibelsOf, powerToDb } from '#src/dsp/decibel';
import { hzToMel, MelFilterBank, type MelScale, melToHz } from '#src/dsp/mel';
import { createRealFft } from '#src/dsp/real-fft';
import { Stft, stft } from '#src/dsp/stft';
import { WINDOW_NAMES, type WindowName, windowOf } from '#src/dsp/window';

const near = (got: number, expected: number, tolerance: number, what = 'value') =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${what} ${got}, expected ${expected} ± ${tolerance}`);

/** Reproducible noise in −1…1 (a linear congruential generator, Numerical Recipes). */
function noise(length: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

describe('window functions', () => {
  it('have the values of scipy.signal.get_window', () => {
    const expected: Record<WindowName, number[]> = {
      hann: [0, 0.25, 0.75, 1, 0.75, 0.25],
      hamming: [0.08, 0.31, 0.77, 1, 0.77, 0.31],
      blackman: [0, 0.13, 0.63, 1, 0.63, 0.13],
      blackmanharris: [6e-5, 0.055645, 0.520575, 1, 0.520575, 0.055645],
      boxcar: [1, 1, 1, 1, 1, 1],
    };
    for (const name of WINDOW_NAMES) {
      const window = windowOf(name, 6);
      expected[name].forEach((value, n) => {
        near(window[n], value, 1e-12, `${name}[${n}]`);
      });
    }
  });

  it('of an unknown name are refused with the names there are', () => {
    assert.throws(() => windowOf('kaiser' as WindowName, 8), /window is "kaiser"; expected one of hann, hamming/);
  });
});

describe('the FFT of real frames', () => {
  for (const size of [16, 32, 512, 1024]) {
    it(`of ${size} samples agrees with the definition of the discrete Fourier transform`, () => {
      const frame = noise(size);
      const fft = createRealFft(size);
      const spectrum = new Float64Array(2 * fft.bins);
      const power = new Float64Array(fft.bins + 3);
      fft.forward(frame, spectrum);
      fft.power(frame, power, 3);
      for (let k = 0; k < fft.bins; k++) {
        let re = 0;
        let im = 0;
        for (let n = 0; n < size; n++) {
          re += frame[n] * Math.cos((2 * Math.PI * ((k * n) % size)) / size);
          im -= frame[n] * Math.sin((2 * Math.PI * ((k * n) % size)) / size);
        }
        near(spectrum[2 * k], re, 1e-11, `re of bin ${k}`);
        near(spectrum[2 * k + 1], im, 1e-11, `im of bin ${k}`);
        near(power[3 + k], re * re + im * im, 1e-9, `power of bin ${k}`);
      }
    });
  }

  it('refuses sizes that are not a power of two, naming one that is', () => {
    assert.throws(() => createRealFft(1000), /fftSize is 1000; expected a power of two from 16 to 65536, e\.g\. 1024/);
    for (const size of [0, 8, -1024, 1024.5, Number.NaN, 2 ** 17]) {
      assert.throws(() => createRealFft(size), { code: 'fft-size' });
    }
  });
});

describe('framing', () => {
  const settings = { fftSize: 16, hopLength: 8, window: 'boxcar' } as const;
  const ones = (length: number) => new Float32Array(length).fill(1);
  /** With a rectangular window the bin at 0 Hz is the sum of the frame: how many ones it holds. */
  const sums = (length: number, center: boolean) => {
    const { values, shape } = stft(ones(length), { ...settings, center });
    return Array.from({ length: shape[1] }, (_, t) => Math.round(values[2 * t]));
  };

  it('centres frame t on sample t·hop and pads zeros at both ends', () => {
    assert.deepEqual(sums(24, true), [8, 16, 16, 8]);
  });

  it('starts frame t at sample t·hop when not centred, and leaves out an incomplete last frame', () => {
    assert.deepEqual(sums(31, false), [16, 16]);
  });

  it('takes segments shorter than a frame when centred', () => {
    assert.deepEqual(sums(3, true), [3]);
  });

  it('takes hops longer than a frame', () => {
    const transform = new Stft({ ...settings, hopLength: 100 });
    const power = new Float64Array(transform.bins);
    assert.equal(transform.frameCount(250), 3);
    transform.power(ones(250), 1, power);
    near(power[0], 256, 1e-9);
  });

  it('refuses a signal shorter than a frame when not centred, naming both lengths', () => {
    assert.throws(() => stft(ones(15), { ...settings, center: false }), {
      code: 'too-short',
      message: /15 samples; expected at least fftSize, 16/,
    });
  });

  it('refuses a hop of 0', () => {
    assert.throws(() => new Stft({ ...settings, hopLength: 0 }), { code: 'hop-length' });
  });
});

describe('decibels', () => {
  it('agree with 10·log₁₀ to 1e-10 dB over the whole range of powers', () => {
    const random = noise(100_000);
    const powers = random.map(value => 10 ** (value * 70));
    const got = powers.slice();
    decibelsInPlace(got, got.length, 1e-300);
    for (let i = 0; i < powers.length; i++) near(got[i], 10 * Math.log10(powers[i]), 1e-10, `dB of ${powers[i]}`);
    near(decibelsOf(1, 1e-10), 0, 1e-10);
  });

  it('stop at the floor, zero and negative powers included', () => {
    assert.equal(Math.fround(decibelsOf(0, 1e-10)), -100);
    assert.equal(Math.fround(decibelsOf(-5, 1e-10)), -100);
    assert.deepEqual(Array.from(amplitudeToDb([0, 1e-5], { topDb: 0 }), Math.round), [-100, -100]);
  });

  it('are cut off topDb below the loudest, and not at all with 0', () => {
    assert.deepEqual(Array.from(powerToDb([1, 1e-9]), Math.round), [0, -80]);
    assert.deepEqual(Array.from(powerToDb([1, 1e-9], { topDb: 0 }), Math.round), [0, -90]);
    assert.deepEqual(Array.from(powerToDb([100, 1], { ref: 'max', topDb: 10 }), Math.round), [0, -10]);
  });

  it('leave the values they were made from alone', () => {
    const values = Float64Array.of(1, 10);
    powerToDb(values);
    assert.deepEqual(Array.from(values), [1, 10]);
  });
});

describe('the mel scale', () => {
  it('has the fixed points of its two definitions', () => {
    near(hzToMel(200), 3, 1e-12);
    near(hzToMel(1000), 15, 1e-12);
    near(hzToMel(6400), 42, 1e-12);
    near(hzToMel(1000, 'htk'), 999.9855, 1e-4);
  });

  it('is undone by its inverse', () => {
    for (const scale of ['slaney', 'htk'] as MelScale[]) {
      for (const hz of [0, 60, 999, 1000, 1001, 22050]) near(melToHz(hzToMel(hz, scale), scale), hz, 1e-8);
    }
  });

  it('filters from fMin to fMax only', () => {
    const bank = new MelFilterBank({ sampleRate: 16000, fftSize: 512, bands: 20, fMin: 1000, fMax: 4000 });
    const dense = bank.dense();
    const heard = new Set<number>();
    dense.forEach((weight, i) => {
      if (weight > 0) heard.add(((i % bank.bins) * 16000) / 512);
    });
    assert.ok(Math.min(...heard) > 1000 && Math.max(...heard) < 4000);
  });

  it('names bands that no FFT bin falls into', () => {
    const bank = new MelFilterBank({ sampleRate: 44100, fftSize: 256, bands: 128, fMin: 0, fMax: 22050 });
    assert.ok(bank.emptyBands.length > 0);
    const column = new Float64Array(128);
    bank.apply(new Float64Array(129).fill(1), column);
    column.forEach((energy, band) => {
      assert.equal(energy === 0, bank.emptyBands.includes(band), `band ${band}`);
    });
  });
});
