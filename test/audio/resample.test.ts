import assert from 'node:assert/strict';
import FFT from 'fft.js';
import { join, Resampler, resample } from '#src/audio/resample';
import { readFloats } from './fixtures';

/** A tone of amplitude 1. */
const tone = (frequency: number, sampleRate: number, samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / sampleRate));

/** Signal to error in dB, without the outer 5 %, where the filter meets the silence outside. */
function snr(got: Float32Array, expected: Float32Array): number {
  const edge = Math.floor(expected.length / 20);
  let signal = 0;
  let error = 0;
  for (let i = edge; i < expected.length - edge; i++) {
    signal += expected[i] ** 2;
    error += (got[i] - expected[i]) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

/** The same up to a frequency only: energies of signal and error in the spectrum of their middle (Hann window). */
function bandSnr(got: Float32Array, expected: Float32Array, sampleRate: number, top: number): number {
  const size = 2 ** Math.floor(Math.log2(expected.length * 0.9));
  const start = (expected.length - size) >> 1;
  const fft = new FFT(size);
  const energy = (sampleAt: (i: number) => number): number => {
    const windowed = new Float64Array(2 * size);
    for (let i = 0; i < size; i++) {
      windowed[2 * i] = sampleAt(start + i) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    }
    const spectrum = new Float64Array(2 * size);
    fft.transform(spectrum, windowed);
    let sum = 0;
    for (let bin = 0; bin <= (top / sampleRate) * size; bin++)
      sum += spectrum[2 * bin] ** 2 + spectrum[2 * bin + 1] ** 2;
    return sum;
  };
  return 10 * Math.log10(energy(i => expected[i]) / energy(i => got[i] - expected[i]));
}

describe('resampling', () => {
  for (const rate of [16000, 22050, 48000]) {
    it(`equals librosa's (soxr) from 44100 to ${rate} Hz up to 0.9 of the lower Nyquist frequency`, () => {
      const got = resample(readFloats('resample/s44k_signal.f32'), 44100, rate);
      const expected = readFloats(`resample/s44k_resample_${rate}.f32`);
      assert.ok(Math.abs(got.length - expected.length) <= 1, `${got.length} samples, librosa has ${expected.length}`);
      const db = bandSnr(got, expected, rate, 0.45 * Math.min(44100, rate));
      assert.ok(db > 65, `${db} dB`);
    });
  }

  const ratios: [number, number][] = [
    [44100, 16000],
    [48000, 44100],
    [16000, 44100],
    [8000, 48000],
    [192000, 16000],
    [44100, 44101],
    [44101, 16000],
  ];
  for (const [from, to] of ratios) {
    it(`keeps tones up to 0.9 of the lower Nyquist frequency to 100 dB (${from} to ${to} Hz)`, () => {
      const nyquist = Math.min(from, to) / 2;
      for (const fraction of [0.013, 0.47, 0.9]) {
        const frequency = fraction * nyquist;
        const got = resample(tone(frequency, from, from / 4), from, to);
        const db = snr(got, tone(frequency, to, Math.floor(to / 4)));
        assert.ok(db > 100, `${frequency} Hz: ${db} dB`);
      }
    });
  }

  it('folds nothing back: what lies above the lower Nyquist frequency is gone by 100 dB', () => {
    for (const frequency of [8001, 8500, 9999, 15000, 20000]) {
      const got = resample(tone(frequency, 44100, 44100), 44100, 16000);
      const loudest = got.subarray(1000, 15000).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      assert.ok(20 * Math.log10(loudest) < -100, `${frequency} Hz comes through at ${20 * Math.log10(loudest)} dB`);
    }
  });

  it('gives the same stream whatever the blocks', () => {
    const input = readFloats('resample/s44k_signal.f32').subarray(0, 20000);
    for (const [from, to] of ratios) {
      const whole = resample(input, from, to);
      const resampler = new Resampler(from, to);
      const parts: Float32Array[] = [];
      for (let start = 0, size = 1; start < input.length; start += size, size = (size * 7 + 3) % 1501) {
        parts.push(resampler.push(input.slice(start, start + size)));
      }
      parts.push(resampler.end());
      assert.deepEqual(join(parts), whole, `${from} to ${to} Hz`);
    }
  });

  it('has ceil(samples × to / from) samples, even for a sound shorter than the filter', () => {
    for (const samples of [0, 1, 2, 99, 1000]) {
      for (const [from, to] of ratios) {
        const { length } = resample(new Float32Array(samples).fill(1), from, to);
        assert.equal(length, Math.ceil((samples * to) / from), `${samples} samples, ${from} to ${to} Hz`);
      }
    }
  });

  it('keeps a constant exactly constant', () => {
    for (const [from, to] of ratios) {
      const got = resample(new Float32Array(from / 2).fill(0.25), from, to);
      const middle = got.subarray(got.length >> 2, (got.length * 3) >> 2);
      assert.ok(
        middle.every(sample => Math.abs(sample - 0.25) < 1e-7),
        `${from} to ${to} Hz`,
      );
    }
  });

  it('leaves a sound alone that has the rate already', () => {
    const input = tone(440, 16000, 100);
    assert.equal(resample(input, 16000, 16000), input);
  });
});
