// From a segment of sound to the spectrogram a model looks at: STFT, mel bands where wanted, decibels, one scale, and a
// fixed number of frames. Numerically librosa's stft → amplitude_to_db and melspectrogram → power_to_db.
import { UserError } from '../errors';
import type { SpectrogramInfo } from '../messages';
import { fullScaleDb } from './full-scale';
import { LANES, Workspace } from './kernels';
import { MelFilterBank } from './mel';
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings';
import { Stft } from './stft';
import { windowOf } from './window';

export { DEFAULT_SPECTROGRAM, type SpectrogramSettings } from './spectrogram-settings';

/** What `msg.spectrogram` says of a spectrogram made here. */
export interface DetailedSpectrogramInfo extends SpectrogramInfo {
  /** Rows in mel bands; 0 for a linear spectrogram. */
  melBands: number;
  /** dB */
  rangeDb: number;
}

/** The floor of both scales: 20·log₁₀(1e-5) = 10·log₁₀(1e-10). Silence, and padding where the spectrogram is in dB. */
export const FLOOR_DB = -100;

/** A spectrogram whose lowest and highest dB are this close is the same everywhere, but for rounding. */
const SAME_DB = 1e-3;

/** Values rescaled at a time: half of a first-level cache. */
const CHUNK = 4096;

/** 1 GiB of float32. */
const MAX_VALUES = 2 ** 28;

/** Makes spectrograms with one set of settings; its tables are made once. */
export class Spectrogram {
  /** The settings, fMax resolved to Hz. */
  readonly settings: Readonly<SpectrogramSettings>;
  /** Height of the spectrogram: mel bands, or FFT bins within fMin…fMax. */
  readonly bins: number;
  /** Mel bands that no FFT bin falls into: they stay at the floor. */
  readonly emptyBands: readonly number[];
  private readonly workspace: Workspace;
  private readonly stft: Stft;
  private readonly firstBin: number;
  private readonly mel?: { bank: MelFilterBank; bands: number; weights: number; energies: number };
  /** What becomes 0 and 1 where `normalize` is 'range'. */
  private readonly range: Extent;
  /** dB of a block of frames, row-major; some floats more than frames in a row, so that rows share the cache evenly. */
  private readonly tile: number;
  private readonly tileWidth: number;
  private readonly chunk: number;
  /** Lowest and highest dB of a block, for each SIMD lane. */
  private readonly extent: number;

  /**
   * @param workspace made for this spectrogram only
   * @throws UserError naming the setting that is wrong (see `resolveSettings`); `no-simd`
   */
  constructor(settings: SpectrogramSettings, workspace = new Workspace()) {
    this.settings = resolveSettings(settings);
    this.workspace = workspace;
    const { sampleRate, fftSize, hopLength, window, scale, melBands, fMin, fMax, rangeDb } = this.settings;
    this.stft = new Stft({ fftSize, hopLength, window }, workspace);
    const hzPerBin = sampleRate / fftSize;
    this.firstBin = Math.ceil(fMin / hzPerBin);
    if (scale === 'mel') {
      const bank = new MelFilterBank({ sampleRate, fftSize, bands: melBands, fMin, fMax });
      const { bands, weights } = bank.tables();
      this.mel = {
        bank,
        bands: workspace.table(bands),
        weights: workspace.table(weights),
        energies: workspace.floatBuffer(melBands * LANES),
      };
      this.bins = melBands;
    } else {
      this.bins = Math.floor(fMax / hzPerBin) - this.firstBin + 1;
      if (this.bins < 1) {
        throw new UserError(
          'frequency-range',
          `no FFT bin lies between fMin ${fMin} Hz and fMax ${fMax} Hz: they are ${hzPerBin} Hz apart; expected a wider range or a larger fftSize.`,
        );
      }
    }
    this.emptyBands = this.mel?.bank.emptyBands ?? [];
    const fullScale = fullScaleDb(windowOf(window, fftSize), this.mel?.bank);
    this.range = [fullScale - rangeDb, fullScale];
    this.tileWidth = this.stft.blockFrames + LANES;
    this.tile = workspace.floatBuffer(this.bins * this.tileWidth);
    this.chunk = workspace.floatBuffer(CHUNK);
    this.extent = workspace.floatBuffer(2 * LANES);
  }

  /** Frames that a segment of so many samples gives by itself, before cropping and padding. */
  naturalFrames(samples: number): number {
    return this.stft.frameCount(samples);
  }

  /**
   * The spectrogram of one segment.
   * @param pcm finite samples in −1…1, at least one
   * @returns `values`, fresh, row-major [bins][frames], lowest frequency first, and their description
   * @throws UserError `too-short` for no samples, `too-large` for a spectrogram of more than 1 GiB
   */
  compute(pcm: Float32Array): { values: Float32Array; info: DetailedSpectrogramInfo } {
    const { frames: wanted, normalize, rangeDb } = this.settings;
    if (pcm.length === 0) throw new UserError('too-short', 'the segment is empty; expected at least one sample.');
    const natural = this.naturalFrames(pcm.length);
    const frames = wanted || natural;
    const kept = Math.min(frames, natural);
    if (this.bins * frames > MAX_VALUES) {
      throw new UserError(
        'too-large',
        `the spectrogram would have ${this.bins} × ${frames} values, more than 1 GiB; expected a larger hopLength, a number of frames, or shorter segments.`,
      );
    }
    const values = new Float32Array(this.bins * frames);
    const shown = this.fillDecibels(pcm, values, frames, 0, kept);
    let range = this.range;
    if (normalize !== 'range') {
      // The scale of a segment comes from all of its frames, those that are cropped included.
      const cropped = this.fillDecibels(pcm, values, frames, kept, natural);
      const [quietest, loudest] = [Math.min(shown[0], cropped[0]), Math.max(shown[1], cropped[1])];
      const floor = rangeDb > 0 ? Math.max(quietest, loudest - rangeDb) : quietest;
      range = [floor, loudest];
    }
    const isUnit = normalize === 'range' || normalize === 'minmax';
    const scale = isUnit ? toUnit(range) : raiseTo(range[0]);
    const extent = this.rescale(values, scale, shown);
    const { padding } = scale;
    if (kept < frames) {
      for (let end = frames; end <= values.length; end += frames) values.fill(padding, end - frames + kept, end);
      extent[0] = Math.min(extent[0], padding);
      extent[1] = Math.max(extent[1], padding);
    }
    return {
      values,
      info: { ...this.describe(frames, extent), ...(isUnit && { lowDb: range[0], highDb: range[1] }) },
    };
  }

  /**
   * Computes the dB of the frames `from`…`to` − 1 and writes those that the spectrogram has.
   * @returns the lowest and highest dB of these frames
   */
  private fillDecibels(pcm: Float32Array, values: Float32Array, frames: number, from: number, to: number): Extent {
    const { stft, workspace, bins, tile, tileWidth } = this;
    workspace.enter();
    workspace
      .floats(this.extent, 2 * LANES)
      .fill(Number.POSITIVE_INFINITY, 0, LANES)
      .fill(Number.NEGATIVE_INFINITY, LANES);
    for (let start = from; start < to; start += stft.blockFrames) {
      const count = Math.min(stft.blockFrames, to - start);
      stft.load(pcm, start, count);
      for (let index = 0; index < count; index += LANES) this.fillFrames(index);
      if (start >= frames) continue;
      const decibels = workspace.floats(tile, bins * tileWidth);
      for (let bin = 0; bin < bins; bin++) {
        const at = bin * tileWidth;
        values.set(decibels.subarray(at, at + count), bin * frames + start);
      }
    }
    const extent = workspace.floats(this.extent, 2 * LANES);
    return [Math.min(...extent.subarray(0, LANES)), Math.max(...extent.subarray(LANES))];
  }

  /** Computes four frames of the loaded block, from `index` on, into the tile. */
  private fillFrames(index: number): void {
    const { stft, workspace, bins, mel, firstBin, tile, tileWidth, extent } = this;
    let power = stft.powers(index);
    const kernels = workspace.enter();
    if (mel) {
      kernels.melBands(power, mel.bands, mel.weights, bins, mel.energies);
      power = mel.energies;
    } else power += 4 * LANES * firstBin;
    kernels.decibels(power, bins, FLOOR_DB, tile + 4 * index, 4 * tileWidth, extent);
  }

  /**
   * Brings dB values to a scale, in place.
   * @param shown lowest and highest of the values
   * @returns lowest and highest of the results
   */
  private rescale(values: Float32Array, { zero, factor, low, high }: Scale, shown: Extent): Extent {
    if (factor === 1 && zero === 0 && low <= shown[0] && shown[1] <= high) return shown;
    const { workspace, chunk } = this;
    const kernels = workspace.enter();
    const rescaled = (from: ArrayLike<number>): Float32Array => {
      const part = workspace.floats(chunk, Math.ceil(from.length / LANES) * LANES);
      part.set(from);
      kernels.rescale(chunk, part.length, zero, factor, low, high);
      return part.subarray(0, from.length);
    };
    for (let from = 0; from < values.length; from += CHUNK) {
      values.set(rescaled(values.subarray(from, from + CHUNK)), from);
    }
    const [min, max] = rescaled(shown);
    return [min, max];
  }

  private describe(frames: number, [min, max]: Extent): DetailedSpectrogramInfo {
    const { sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, rangeDb } = this.settings;
    const melBands = this.mel ? this.bins : 0;
    const shape: [number, number] = [this.bins, frames];
    return { shape, sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, min, max, melBands, rangeDb };
  }
}

/** Lowest and highest value. */
type Extent = [number, number];

/** What dB become: max(low, min(high, (dB − zero)·factor)); and what stands in frames behind the segment. */
interface Scale {
  zero: number;
  factor: number;
  low: number;
  high: number;
  padding: number;
}

/** Maps dB from `low`…`high` to 0…1, clamped; all 0 where the two are the same. */
function toUnit([low, high]: Extent): Scale {
  const factor = high - low > SAME_DB ? 1 / (high - low) : 0;
  return { zero: low, factor, low: 0, high: 1, padding: 0 };
}

/** Leaves dB as they are, but for those below `floor`. */
function raiseTo(floor: number): Scale {
  return { zero: 0, factor: 1, low: floor, high: Number.POSITIVE_INFINITY, padding: FLOOR_DB };
}
