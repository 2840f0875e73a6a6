// Spectra in double precision, by fft.js, which the kernels' single precision is held against.
import FFT from 'fft.js';
import { type WindowName, windowOf } from '#src/dsp/window';

/** X[0…N/2] of a real frame, re and im interleaved. */
export function referenceSpectrum(frame: ArrayLike<number>): Float64Array {
  const fft = new FFT(frame.length);
  const points = new Float64Array(2 * frame.length);
  for (let n = 0; n < frame.length; n++) points[2 * n] = frame[n];
  const spectrum = new Float64Array(2 * frame.length);
  fft.transform(spectrum, points);
  return spectrum.slice(0, frame.length + 2);
}

/** |STFT| in dB, amin 1e-5, of centred frames: row-major [bins][frames] as Spectrogram gives it without a range. */
export function referenceDecibels(
  pcm: Float32Array,
  fftSize: number,
  hopLength: number,
  name: WindowName,
): Float64Array {
  const window = windowOf(name, fftSize);
  const bins = fftSize / 2 + 1;
  const frames = 1 + Math.floor(pcm.length / hopLength);
  const values = new Float64Array(bins * frames);
  for (let t = 0; t < frames; t++) {
    const start = t * hopLength - fftSize / 2;
    const spectrum = referenceSpectrum(window.map((value, n) => value * (pcm[start + n] ?? 0)));
    for (let k = 0; k < bins; k++)
      values[k * frames + t] = amplitudeDb(Math.hypot(spectrum[2 * k], spectrum[2 * k + 1]));
  }
  return values;
}

const amplitudeDb = (amplitude: number) => 20 * Math.log10(Math.max(1e-5, amplitude));

/** librosa.amplitude_to_db: amin 1e-5, top_db 80. */
export function amplitudesToDb(amplitudes: Float64Array, ref: number | 'max' = 1): Float64Array {
  const zero = amplitudeDb(ref === 'max' ? amplitudes.reduce((a, b) => Math.max(a, b)) : ref);
  return limited(amplitudes.map(value => amplitudeDb(value) - zero));
}

/** dB relative to the loudest. */
export function relativeToMax(decibels: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(decibels);
  const max = values.reduce((a, b) => Math.max(a, b));
  return values.map(value => value - max);
}

function limited(decibels: Float64Array): Float64Array {
  const floor = decibels.reduce((a, b) => Math.max(a, b)) - 80;
  return decibels.map(value => Math.max(floor, value));
}

/** Reproducible noise in −1…1 (a linear congruential generator, Numerical Recipes). */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
