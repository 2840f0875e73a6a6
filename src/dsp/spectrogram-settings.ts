// What a spectrogram is made with: the settings, their defaults and their limits.
import { UserError } from '../errors';
import type { Normalize, SpectrogramScale } from '../messages';
import { checkFftSize } from './real-fft';
import { WINDOW_NAMES, type WindowName } from './window';

export interface SpectrogramSettings {
  /** Hz */
  sampleRate: number;
  /** Samples per frame: a power of two. */
  fftSize: number;
  /** Samples from one column to the next. */
  hopLength: number;
  window: WindowName;
  /**
   * 'linear': the magnitude |STFT| in dB (librosa.amplitude_to_db, amin 1e-5), one row per FFT bin in fMin…fMax.
   * 'mel': the power |STFT|² in mel bands, Slaney's scale and norm, in dB (librosa.power_to_db, amin 1e-10).
   */
  scale: SpectrogramScale;
  /** Rows of a mel spectrogram; not used for 'linear'. */
  melBands: number;
  /** Hz */
  fMin: number;
  /** Hz; 0 for the Nyquist frequency. */
  fMax: number;
  /** Columns: longer segments are cropped, shorter ones padded on the right; 0 for as many as the segment gives. */
  frames: number;
  /**
   * What the dB values (0 dB is a magnitude or power of 1) become; the segment's own columns first, then padding:
   * 'model': they stay dB, the model learns one scale from its training set. Padding is −100.
   * 'minmax': 0…1 from the segment's own lowest to its highest value, which forgets loudness; a segment that is the
   *   same everywhere (silence) is all 0. Padding is 0.
   * 'range': 0…1 from rangeDb below a full-scale sine (amplitude 1; see `fullScaleDb`) up to it, clamped. Padding is 0.
   * 'none': they stay dB, for charts and for what comes after. Padding is −100.
   */
  normalize: Normalize;
  /**
   * dB: whatever lies further below the segment's loudest value is raised to that (librosa's top_db); 0 for no limit.
   * For 'range' the width of the range, above 0.
   */
  rangeDb: number;
}

/** The defaults of the spectrogram node. */
export const DEFAULT_SPECTROGRAM: Readonly<Omit<SpectrogramSettings, 'sampleRate'>> = {
  fftSize: 1024,
  hopLength: 512,
  window: 'hann',
  scale: 'mel',
  melBands: 128,
  fMin: 0,
  fMax: 0,
  frames: 128,
  normalize: 'model',
  rangeDb: 80,
};

export const SCALES = ['mel', 'linear'] as const satisfies readonly SpectrogramScale[];
export const NORMALIZATIONS = ['model', 'minmax', 'range', 'none'] as const satisfies readonly Normalize[];

/**
 * The settings with fMax resolved: 0 becomes the Nyquist frequency.
 * @throws UserError `config` naming the setting, `frequency-range` where it is one of the two frequencies
 */
export function resolveSettings(settings: SpectrogramSettings): SpectrogramSettings {
  const { sampleRate, fftSize, hopLength, window, scale, melBands, frames, normalize, rangeDb } = settings;
  if (!(Number.isFinite(sampleRate) && sampleRate > 0)) {
    throw new UserError('config', `the sample rate is ${sampleRate}; expected Hz above 0, e.g. 44100.`);
  }
  checkFftSize(fftSize);
  checkWhole('hopLength', hopLength, 1, 'samples');
  checkOneOf('window', window, WINDOW_NAMES);
  checkOneOf('scale', scale, SCALES);
  if (scale === 'mel') checkWhole('melBands', melBands, 1, 'bands');
  checkWhole('frames', frames, 0, 'columns (0 for as many as the segment gives)');
  checkOneOf('normalize', normalize, NORMALIZATIONS);
  if (!(Number.isFinite(rangeDb) && rangeDb >= 0) || (normalize === 'range' && rangeDb === 0)) {
    const least = normalize === 'range' ? 'above 0, because normalize is "range"' : 'of at least 0 (0 for no limit)';
    throw new UserError('config', `rangeDb is ${rangeDb}; expected dB ${least}, e.g. 80.`);
  }
  const fMax = checkFrequencies(settings);
  return { ...settings, fMax };
}

function checkFrequencies({ sampleRate, fMin, fMax }: SpectrogramSettings): number {
  const nyquist = sampleRate / 2;
  const refuse = (message: string): never => {
    throw new UserError('frequency-range', message);
  };
  if (!(Number.isFinite(fMin) && fMin >= 0)) refuse(`fMin is ${fMin}; expected Hz of at least 0.`);
  if (!(Number.isFinite(fMax) && fMax >= 0)) refuse(`fMax is ${fMax}; expected Hz, or 0 for the Nyquist frequency.`);
  if (fMax > nyquist) {
    refuse(
      `fMax is ${fMax} Hz, above the Nyquist frequency ${nyquist} Hz of this sound (${sampleRate} Hz); expected at most ${nyquist}, or 0 for all of it.`,
    );
  }
  const top = fMax === 0 ? nyquist : fMax;
  if (fMin >= top) {
    const what =
      fMax === 0 ? `the Nyquist frequency ${nyquist} Hz of this sound (${sampleRate} Hz)` : `fMax ${fMax} Hz`;
    refuse(`fMin is ${fMin} Hz, not below ${what}; expected a lower fMin or a higher fMax.`);
  }
  return top;
}

function checkWhole(name: string, value: number, least: number, unit: string): void {
  if (!Number.isInteger(value) || value < least) {
    throw new UserError('config', `${name} is ${value}; expected a whole number of ${unit}, at least ${least}.`);
  }
}

function checkOneOf(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) {
    throw new UserError('config', `${name} is "${value}"; expected one of ${choices.join(', ')}.`);
  }
}
