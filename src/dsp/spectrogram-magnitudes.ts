// From a spectrogram back to the magnitudes of all FFT bins, column by column: scaling, decibels and mel bands undone. What
// the spectrogram does not hold (bins outside fMin…fMax, what lay below its range) is silent.
import { UserError } from '../errors';
import type { SpectrogramInfo } from '../messages';
import { toDecibels } from './decibel-range';
import { MelFilterBank } from './mel';
import { MelInverse } from './mel-inverse';
import { FLOOR_DB } from './spectrogram';
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings';
import type { WindowName } from './window';

/** 128 MiB of float32, and Griffin-Lim takes twice that beside it: about twelve minutes with the spectrogram's defaults. */
const MAX_VALUES = 2 ** 25;

/** A full-scale sine at the largest FFT size comes to 90 dB. */
const LOUDEST_DB = 200;

/** What a message says of its spectrogram, checked as settings are. */
function settingsOf(info: SpectrogramInfo): SpectrogramSettings {
  const { sampleRate, fftSize, hopLength, scale, fMin, fMax, normalize, shape, rangeDb = 80 } = info;
  const window = info.window as WindowName;
  return resolveSettings({
    ...{ sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize },
    ...{ melBands: shape[0], frames: shape[1], rangeDb },
  });
}

/**
 * Magnitudes |STFT| of the sound that a spectrogram shows.
 * @param values row-major [bins][frames], as in a spectrogram message
 * @returns `magnitudes` frame by frame, [frames][fftSize/2 + 1], and the settings that the spectrogram was made with
 * @throws UserError `no-db-range`, `too-loud`, `too-large`, `shape`, or naming the part of `info` that is wrong
 */
export function spectrogramMagnitudes(
  values: Float32Array,
  info: SpectrogramInfo,
): { magnitudes: Float32Array; settings: SpectrogramSettings } {
  const settings = settingsOf(info);
  const decibels = toDecibels(values, info);
  checkLoudness(decibels);
  const [rows, frames] = info.shape;
  const bins = settings.fftSize / 2 + 1;
  if (bins * frames > MAX_VALUES) {
    throw new UserError(
      'too-large',
      `the spectrogram has ${frames} frames, each of ${bins} frequencies of the FFT; expected at most ${Math.floor(MAX_VALUES / bins)} frames. Use shorter segments.`,
    );
  }
  const columnOf = settings.scale === 'mel' ? melColumns(settings, rows) : linearColumns(settings, rows);
  const magnitudes = new Float32Array(frames * bins);
  const power = new Float64Array(rows);
  for (let t = 0; t < frames; t++) {
    for (let row = 0; row < rows; row++) {
      const value = decibels[row * frames + t];
      power[row] = value <= FLOOR_DB ? 0 : 10 ** (value / 10);
    }
    const powers = columnOf(power);
    for (let k = 0; k < bins; k++) magnitudes[t * bins + k] = Math.sqrt(powers[k]);
  }
  return { magnitudes, settings };
}

function checkLoudness(decibels: Float32Array): void {
  const loudest = decibels.reduce((most, value) => Math.max(most, value), FLOOR_DB);
  if (loudest <= LOUDEST_DB) return;
  throw new UserError(
    'too-loud',
    `the spectrogram goes up to ${loudest.toFixed(0)} dB; expected at most ${LOUDEST_DB} dB, a full-scale sine comes to less than 100. Check what makes it.`,
  );
}

type ColumnOf = (rows: Float64Array) => Float64Array;

function melColumns({ sampleRate, fftSize, fMin, fMax }: SpectrogramSettings, rows: number): ColumnOf {
  const inverse = new MelInverse(new MelFilterBank({ sampleRate, fftSize, bands: rows, fMin, fMax }));
  const powers = new Float64Array(fftSize / 2 + 1);
  return energies => {
    inverse.solve(energies, powers);
    return powers;
  };
}

function linearColumns({ sampleRate, fftSize, fMin, fMax }: SpectrogramSettings, rows: number): ColumnOf {
  const hzPerBin = sampleRate / fftSize;
  const first = Math.ceil(fMin / hzPerBin);
  const expected = Math.floor(fMax / hzPerBin) - first + 1;
  if (rows !== expected) {
    throw new UserError(
      'payload-size',
      `the spectrogram has ${rows} bins; expected ${expected}, the FFT's bins from ${fMin} to ${fMax} Hz. Was msg.spectrogram changed on the way?`,
    );
  }
  const powers = new Float64Array(fftSize / 2 + 1);
  return row => {
    powers.set(row, first);
    return powers;
  };
}
