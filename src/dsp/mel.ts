// The mel scale and mel filter banks, numerically librosa's (librosa.filters.mel). A bank is kept sparse: a triangle
// covers only a few of the FFT's bins.
import { UserError } from '../errors';

/** 'slaney': linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998). 'htk': 2595·log₁₀(1 + f/700) (HTK Book). */
export type MelScale = 'slaney' | 'htk';

const SLANEY_HZ_PER_MEL = 200 / 3;
const SLANEY_BREAK_HZ = 1000;
const SLANEY_BREAK_MEL = SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL;
const SLANEY_LOG_STEP = Math.log(6.4) / 27;

/** @param hz frequency in Hz, ≥ 0 */
export function hzToMel(hz: number, scale: MelScale = 'slaney'): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hz / 700);
  if (hz < SLANEY_BREAK_HZ) return hz / SLANEY_HZ_PER_MEL;
  return SLANEY_BREAK_MEL + Math.log(hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP;
}

/** The inverse of `hzToMel`: Hz. */
export function melToHz(mel: number, scale: MelScale = 'slaney'): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  if (mel < SLANEY_BREAK_MEL) return mel * SLANEY_HZ_PER_MEL;
  return SLANEY_BREAK_HZ * Math.exp(SLANEY_LOG_STEP * (mel - SLANEY_BREAK_MEL));
}

/** Corner frequencies in Hz of `bands` triangles, each sharing two with its neighbours: bands + 2 values. */
function melFrequencies(bands: number, fMin: number, fMax: number, scale: MelScale = 'slaney'): Float64Array {
  const from = hzToMel(fMin, scale);
  const step = (hzToMel(fMax, scale) - from) / (bands + 1);
  return Float64Array.from({ length: bands + 2 }, (_, i) => melToHz(from + i * step, scale));
}

export interface MelBankSettings {
  /** Hz */
  sampleRate: number;
  fftSize: number;
  bands: number;
  /** Hz; lower edge of the lowest band. */
  fMin: number;
  /** Hz; upper edge of the highest band. */
  fMax: number;
  scale?: MelScale;
  /** 'slaney' [default]: each triangle has area 1 over Hz, so that broad bands are not louder; 'none': peak 1. */
  norm?: 'slaney' | 'none';
}

/** Triangular filters over the bins of an FFT. */
export class MelFilterBank {
  readonly bands: number;
  readonly bins: number;
  /** Bands so narrow that no FFT bin falls into them; they are always silent. */
  readonly emptyBands: number[] = [];
  private readonly firstBin: Int32Array;
  /** Where the weights of band b are: offsets[b] … offsets[b + 1]. */
  private readonly offsets: Int32Array;
  private readonly weights: Float64Array;

  /** @throws UserError `mel-bands` where `bands` is not a whole number of at least 1 */
  constructor({ sampleRate, fftSize, bands, fMin, fMax, scale = 'slaney', norm = 'slaney' }: MelBankSettings) {
    if (!Number.isInteger(bands) || bands < 1) {
      throw new UserError('config', `melBands is ${bands}; expected a whole number of at least 1, e.g. 128.`);
    }
    this.bands = bands;
    this.bins = fftSize / 2 + 1;
    this.firstBin = new Int32Array(bands);
    this.offsets = new Int32Array(bands + 1);
    const corners = melFrequencies(bands, fMin, fMax, scale);
    const hzPerBin = sampleRate / fftSize;
    const weights: number[] = [];
    for (let band = 0; band < bands; band++) {
      const [low, centre, high] = corners.subarray(band, band + 3);
      const gain = norm === 'slaney' ? 2 / (high - low) : 1;
      const lastBin = Math.min(this.bins - 1, Math.ceil(high / hzPerBin));
      for (let bin = Math.floor(low / hzPerBin); bin <= lastBin; bin++) {
        const hz = (bin * sampleRate) / fftSize;
        const weight = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre)) * gain;
        if (weight <= 0) continue;
        if (weights.length === this.offsets[band]) this.firstBin[band] = bin;
        weights.push(weight);
      }
      this.offsets[band + 1] = weights.length;
      if (weights.length === this.offsets[band]) this.emptyBands.push(band);
    }
    this.weights = Float64Array.from(weights);
  }

  /** The weights of a band, from the first bin that its triangle covers to the last; empty for an empty band. */
  weightsOf(band: number): Float64Array {
    return this.weights.subarray(this.offsets[band], this.offsets[band + 1]);
  }

  /** The first bin that a band's triangle covers. */
  firstBinOf(band: number): number {
    return this.firstBin[band];
  }

  /** The bank as the kernels take it: first bin and number of bins of each band, and all weights in a row. */
  tables(): { bands: Uint32Array; weights: Float32Array } {
    const bands = new Uint32Array(2 * this.bands);
    for (let band = 0; band < this.bands; band++) {
      bands[2 * band] = this.firstBin[band];
      bands[2 * band + 1] = this.offsets[band + 1] - this.offsets[band];
    }
    return { bands, weights: Float32Array.from(this.weights) };
  }

  /** The bank as a matrix, row-major [bands][bins]. */
  dense(): Float64Array {
    const matrix = new Float64Array(this.bands * this.bins);
    for (let band = 0; band < this.bands; band++) {
      matrix.set(this.weightsOf(band), band * this.bins + this.firstBin[band]);
    }
    return matrix;
  }
}
