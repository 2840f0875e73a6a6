// The properties of a spectrogram node.
import { FFT_SIZES } from '../../src/dsp/real-fft';
import { DEFAULT_SPECTROGRAM as D, NORMALIZATIONS, SCALES } from '../../src/dsp/spectrogram-settings';
import { WINDOW_NAMES } from '../../src/dsp/window';
import { choice, defineFields, flag, Misfit, nodeName, number } from '../shared/schema';

const isPowerOfTwo = (size: number): true | Misfit =>
  Number.isInteger(Math.log2(size)) || new Misfit(`a power of two from ${FFT_SIZES.min} to ${FFT_SIZES.max}`);

export const fields = defineFields({
  name: nodeName(),
  scale: choice(SCALES, { default: D.scale, icon: 'bars', error: 'choice' }),
  melBands: number({
    ...{ default: D.melBands, min: 1, max: 1024, integer: true, icon: 'arrows-v' },
    when: { scale: 'mel' },
  }),
  frames: number({ default: D.frames, min: 0, max: 100_000, integer: true, unit: 'frames', icon: 'arrows-h' }),
  fftSize: number({ default: D.fftSize, ...FFT_SIZES, integer: true, unit: 'samples', check: isPowerOfTwo }),
  hopLength: number({
    default: D.hopLength,
    min: 1,
    max: 2 ** 20,
    integer: true,
    unit: 'samples',
    icon: 'step-forward',
  }),
  window: choice(WINDOW_NAMES, { default: D.window, icon: 'area-chart', error: 'choice' }),
  fMin: number({ default: D.fMin, min: 0, max: 1e6, unit: 'Hz', icon: 'long-arrow-down', check: belowFMax }),
  /** 0: half the sample rate. */
  fMax: number({ default: D.fMax, min: 0, max: 1e6, unit: 'Hz', icon: 'long-arrow-up' }),
  normalize: choice(NORMALIZATIONS, { default: D.normalize, icon: 'adjust', error: 'choice' }),
  rangeDb: number({ default: D.rangeDb, min: 0, max: 400, unit: 'dB', icon: 'signal', check: someRange }),
  /** The sound stays in the message, as `msg.original`. */
  keepSound: flag({ default: false, icon: 'volume-up' }),
});

function belowFMax(fMin: number, get: (name: string) => unknown): true | Misfit {
  const fMax = Number(get('fMax'));
  if (!(fMax > 0 && fMin >= fMax)) return true;
  return new Misfit(`Hz below fMax, ${fMax} Hz`, { error: 'fOrder', values: { fMin, fMax }, code: 'frequency-range' });
}

function someRange(rangeDb: number, get: (name: string) => unknown): true | Misfit {
  if (rangeDb > 0 || get('normalize') !== 'range') return true;
  return new Misfit('dB above 0, because normalize is "range", e.g. 80', { error: 'rangeNeeded' });
}
