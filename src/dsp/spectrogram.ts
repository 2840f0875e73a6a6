// From a segment of sound to the picture a model looks at: STFT, mel bands where wanted, decibels, one scale, and a
// fixed number of columns. Numerically librosa's stft → amplitude_to_db and melspectrogram → power_to_db.
import { UserError } from '../errors';
import type { SpectrogramInfo } from '../messages';
import { decibelsInPlace, decibelsOf } from './decibel';
import { MelFilterBank } from './mel';
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings';
import { Stft } from './stft';

export { DEFAULT_SPECTROGRAM, type SpectrogramSettings } from './spectrogram-settings';

/** What `msg.spectrogram` says of a picture made here. */
export interface DetailedSpectrogramInfo extends SpectrogramInfo {
  /** Rows in mel bands; 0 for a linear spectrogram. */
  melBands: number;
  /** dB */
  rangeDb: number;
}

/** The floor of both scales: 20·log₁₀(1e-5) = 10·log₁₀(1e-10). Silence, and padding where the picture is in dB. */
export const FLOOR_DB = -100;
const FLOOR_POWER = 1e-10;

/** A picture whose lowest and highest dB are this close is the same everywhere, but for rounding. */
const SAME_DB = 1e-3;

/** Columns computed before they are written out: their floats fill a cache line of each row. */
const TILE = 16;

/** 1 GiB of float32. */
const MAX_VALUES = 2 ** 28;

/** Makes spectrograms with one set of settings; its tables and buffers are made once. */
export class Spectrogram {
  /** The settings, fMax resolved to Hz. */
  readonly settings: Readonly<SpectrogramSettings>;
  /** Height of the picture: mel bands, or FFT bins within fMin…fMax. */
  readonly rows: number;
  /** Mel bands that no FFT bin falls into: their rows stay at the floor. */
  readonly emptyBands: readonly number[];
  private readonly stft: Stft;
  private readonly bank?: MelFilterBank;
  private readonly firstBin: number;
  /** Spectrum of one column, for the mel bands. */
  private readonly power: Float64Array;
  /** Powers of up to TILE columns, one column of `tileHeight` after the other. */
  private readonly tile: Float64Array;
  private readonly tileHeight: number;

  /** @throws UserError naming the setting that is wrong; see `resolveSettings` */
  constructor(settings: SpectrogramSettings) {
    this.settings = resolveSettings(settings);
    const { sampleRate, fftSize, hopLength, window, scale, melBands, fMin, fMax } = this.settings;
    this.stft = new Stft({ fftSize, hopLength, window });
    this.power = new Float64Array(this.stft.bins);
    const hzPerBin = sampleRate / fftSize;
    this.firstBin = Math.ceil(fMin / hzPerBin);
    if (scale === 'mel') {
      this.bank = new MelFilterBank({ sampleRate, fftSize, bands: melBands, fMin, fMax });
      this.rows = melBands;
    } else {
      this.rows = Math.floor(fMax / hzPerBin) - this.firstBin + 1;
      if (this.rows < 1) {
        throw new UserError(
          'frequency-range',
          `no FFT bin lies between fMin ${fMin} Hz and fMax ${fMax} Hz: they are ${hzPerBin} Hz apart; expected a wider range or a larger fftSize.`,
        );
      }
    }
    this.emptyBands = this.bank?.emptyBands ?? [];
    this.tileHeight = this.bank ? this.rows : this.stft.bins;
    this.tile = new Float64Array(TILE * this.tileHeight);
  }

  /** Columns that a segment of so many samples gives by itself, before cropping and padding. */
  naturalFrames(samples: number): number {
    return this.stft.frameCount(samples);
  }

  /**
   * The spectrogram of one segment.
   * @param pcm finite samples in −1…1, at least one
   * @returns `values`, fresh, row-major [rows][columns], lowest frequency first, and their description
   * @throws UserError `too-short` for no samples, `too-large` for a picture of more than 1 GiB
   */
  compute(pcm: Float32Array): { values: Float32Array; info: DetailedSpectrogramInfo } {
    const { frames, normalize, rangeDb } = this.settings;
    if (pcm.length === 0) throw new UserError('too-short', 'the segment is empty; expected at least one sample.');
    const natural = this.naturalFrames(pcm.length);
    const columns = frames || natural;
    const kept = Math.min(columns, natural);
    if (this.rows * columns > MAX_VALUES) {
      throw new UserError(
        'too-large',
        `the spectrogram would have ${this.rows} × ${columns} values, more than 1 GiB; expected a larger hopLength, a number of frames, or shorter segments.`,
      );
    }
    const values = new Float32Array(this.rows * columns);
    // The scale of a segment comes from all of its columns, those that are cropped included; a fixed range needs none.
    const heard = normalize === 'range' ? kept : natural;
    const [quietest, loudest] = this.fillDecibels(pcm, values, columns, kept, heard);
    const floor = rangeDb > 0 ? Math.max(quietest, loudest - rangeDb) : quietest;
    let extent: Extent;
    if (normalize === 'minmax') extent = toUnit(values, columns, kept, floor, loudest);
    else if (normalize === 'range') extent = toUnit(values, columns, kept, -rangeDb, 0);
    else extent = raiseToFloor(values, columns, kept, floor);
    return { values, info: this.describe(columns, extent) };
  }

  /**
   * Writes the dB of the columns before `kept` and looks at those before `heard`.
   * @returns the lowest and highest dB of the columns looked at
   */
  private fillDecibels(pcm: Float32Array, values: Float32Array, columns: number, kept: number, heard: number): Extent {
    const { tile, tileHeight, rows, firstBin, stft, bank, power } = this;
    const extent: Extent = [Number.POSITIVE_INFINITY, 0];
    const offset = bank ? 0 : firstBin;
    for (let start = 0; start < heard; start += TILE) {
      const count = Math.min(TILE, heard - start);
      for (let c = 0; c < count; c++) {
        if (bank) {
          stft.power(pcm, start + c, power);
          bank.apply(power, tile, c * tileHeight);
        } else stft.power(pcm, start + c, tile, c * tileHeight);
        widen(extent, tile, c * tileHeight + offset, rows);
      }
      const shown = Math.min(count, kept - start);
      if (shown <= 0) continue;
      decibelsInPlace(tile, shown * tileHeight, FLOOR_POWER);
      for (let row = 0; row < rows; row++) {
        const to = row * columns + start;
        for (let c = 0, from = offset + row; c < shown; c++, from += tileHeight) values[to + c] = tile[from];
      }
    }
    return [Math.fround(decibelsOf(extent[0], FLOOR_POWER)), Math.fround(decibelsOf(extent[1], FLOOR_POWER))];
  }

  private describe(columns: number, [min, max]: Extent): DetailedSpectrogramInfo {
    const { sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, rangeDb } = this.settings;
    const melBands = this.bank ? this.rows : 0;
    const shape: [number, number] = [this.rows, columns];
    return { shape, sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, min, max, melBands, rangeDb };
  }
}

/** Lowest and highest value. */
type Extent = [number, number];

function widen(extent: Extent, values: Float64Array, from: number, count: number): void {
  let [min, max] = extent;
  for (let i = from; i < from + count; i++) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
  }
  extent[0] = min;
  extent[1] = max;
}

/**
 * Maps dB from `low`…`high` to 0…1, clamped; all 0 where the two are the same. Columns from `kept` on become 0.
 * @returns lowest and highest of the results
 */
function toUnit(values: Float32Array, columns: number, kept: number, low: number, high: number): Extent {
  const factor = high - low > SAME_DB ? 1 / (high - low) : 0;
  let min = kept < columns ? 0 : 1;
  let max = 0;
  for (let from = 0; from < values.length; from += columns) {
    for (let i = from; i < from + kept; i++) {
      const value = Math.max(0, Math.min(1, (values[i] - low) * factor));
      values[i] = value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    values.fill(0, from + kept, from + columns);
  }
  return [Math.fround(min), Math.fround(max)];
}

/**
 * Raises dB below `floor` to it. Columns from `kept` on become FLOOR_DB.
 * @returns lowest and highest of the results
 */
function raiseToFloor(values: Float32Array, columns: number, kept: number, floor: number): Extent {
  let min = kept < columns ? FLOOR_DB : Number.POSITIVE_INFINITY;
  let max = FLOOR_DB;
  for (let from = 0; from < values.length; from += columns) {
    for (let i = from; i < from + kept; i++) {
      const value = Math.max(floor, values[i]);
      values[i] = value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    values.fill(FLOOR_DB, from + kept, from + columns);
  }
  return [Math.fround(min), max];
}
