// The parts of the transform by themselves: windows, FFT in double precision, framing, decibels, mel scale.
import assert from 'node:assert/strict';
import { LANES, Workspace } from '#src/dsp/kernels';
import { hzToMel, MelFilterBank, type MelScale, melToHz } from '#src/dsp/mel';
import { RealFft } from '#src/dsp/real-fft';
import { Stft, stft } from '#src/dsp/stft';
import { WINDOW_NAMES, type WindowName, windowOf } from '#src/dsp/window';
import type { KernelKind } from '#src/wasm';
import { KINDS } from './kinds';
import { noise, referenceSpectrum } from './reference';

const near = (got: number, expected: number, tolerance: number, what = 'value') =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${what} ${got}, expected ${expected} ± ${tolerance}`);

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

/** Spectra of two frames of noise: theirs, and those of the same frames in double precision elsewhere. */
function spectraOfNoise(kind: KernelKind, size: number): { got: Float64Array; expected: Float64Array }[] {
  const workspace = new Workspace(kind);
  const window = windowOf('blackman', size);
  const fft = new RealFft(window, workspace);
  const frames = [noise(size, 1), noise(size, 2)];
  const addresses = frames.map(() => workspace.floatBuffer(size));
  workspace.enter();
  frames.forEach((frame, i) => {
    workspace.floats(addresses[i], size).set(frame);
  });
  const spectra = workspace.doubles(fft.spectra(addresses[0], addresses[1]), 4 * fft.bins);
  return frames.map((frame, i) => ({
    got: Float64Array.from({ length: 2 * fft.bins }, (_, k) => spectra[2 * k + i]),
    expected: referenceSpectrum(window.map((value, n) => value * frame[n])),
  }));
}

describe('the FFT of real frames', () => {
  for (const kind of KINDS) {
    it(`agrees with double precision at every size, with ${kind} SIMD`, () => {
      for (let size = 16; size <= 65536; size *= 2) {
        for (const { got, expected } of spectraOfNoise(kind, size)) {
          assert.equal(got.length, expected.length);
          got.forEach((value, i) => {
            near(value, expected[i], 1e-14 * size, `size ${size}, value ${i}`);
          });
        }
      }
    });
  }

  it('agrees with the definition of the discrete Fourier transform', () => {
    const size = 32;
    const window = windowOf('blackman', size);
    const frame = noise(size, 2).map(Number);
    const [, { got }] = spectraOfNoise(KINDS[0], size);
    for (let k = 0; k <= size / 2; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < size; n++) {
        re += window[n] * frame[n] * Math.cos((2 * Math.PI * k * n) / size);
        im -= window[n] * frame[n] * Math.sin((2 * Math.PI * k * n) / size);
      }
      near(got[2 * k], re, 1e-12, `re of bin ${k}`);
      near(got[2 * k + 1], im, 1e-12, `im of bin ${k}`);
    }
  });

  it('refuses sizes that are not a power of two, naming one that is', () => {
    const make = (fftSize: number) => new Stft({ fftSize, hopLength: 1, window: 'hann' }, new Workspace());
    assert.throws(() => make(1000), /fftSize is 1000; expected a power of two from 16 to 65536, e\.g\. 1024/);
    for (const size of [0, 8, -1024, 1024.5, Number.NaN, 2 ** 17]) assert.throws(() => make(size), { code: 'config' });
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
    const { values, shape } = stft(ones(250), { ...settings, hopLength: 100 });
    assert.equal(shape[1], 3);
    for (const [t, sum] of [8, 16, 16].entries()) near(values[2 * t], sum, 1e-9);
  });

  it('refuses a signal shorter than a frame when not centred, naming both lengths', () => {
    assert.throws(() => stft(ones(15), { ...settings, center: false }), {
      code: 'too-short',
      message: /15 samples; expected at least fftSize, 16/,
    });
  });

  it('refuses a hop of 0', () => {
    assert.throws(() => new Stft({ ...settings, hopLength: 0 }, new Workspace()), { code: 'config' });
  });
});

/** dB of powers by the kernel. */
function decibelsOf(kind: KernelKind, powers: Float32Array, floor = -370): Float32Array {
  const workspace = new Workspace(kind);
  const [from, to] = [workspace.floatBuffer(powers.length), workspace.floatBuffer(powers.length)];
  const extent = workspace.floatBuffer(2 * LANES);
  const kernels = workspace.enter();
  workspace.floats(from, powers.length).set(powers);
  kernels.decibels(from, powers.length / LANES, floor, to, 4 * LANES, extent);
  return workspace.floats(to, powers.length).slice();
}

describe('decibels', () => {
  for (const kind of KINDS) {
    it(`agree with 10·log₁₀ to what float32 can say over the whole range of powers, with ${kind} SIMD`, () => {
      const powers = noise(100_000).map(value => 10 ** (value * 36.5));
      decibelsOf(kind, powers).forEach((got, i) => {
        const expected = 10 * Math.log10(powers[i]);
        near(got, expected, 3e-6 + 2 ** -23 * Math.abs(expected), `dB of ${powers[i]}`);
      });
    });

    it(`never fall while powers rise, but for rounding, with ${kind} SIMD`, () => {
      const rising = Float32Array.from({ length: 100_000 }, (_, i) => 0.5 + i / 50_000);
      const got = decibelsOf(kind, rising);
      for (let i = 1; i < got.length; i++) near(Math.min(got[i] - got[i - 1], 0), 0, 1e-6, `step ${i}`);
    });

    it(`stop at the floor, zero included, with ${kind} SIMD`, () => {
      assert.deepEqual([...decibelsOf(kind, Float32Array.of(0, 1e-10, 1e-30, 1), -100)], [-100, -100, -100, 0]);
    });
  }
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
    const dense = bank.dense();
    for (let band = 0; band < 128; band++) {
      const silent = dense.subarray(band * 129, (band + 1) * 129).every(weight => weight === 0);
      assert.equal(silent, bank.emptyBands.includes(band), `band ${band}`);
    }
  });
});
