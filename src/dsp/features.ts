// The twelve loudness features of a block of sound, after the exercise "Music Genre Classification with Fully Connected
// Layers" (F. Schultz and S. Spors, University of Rostock): peak, level, loudness, crest and balance of low to high.
import { UserError } from '../errors';
import { AnyFft, transformLength } from './any-fft';
import { FEATURE_NAMES, type FeatureName } from './feature-names';
import { ABSOLUTE_GATE, GATING_BLOCK_SECONDS, integratedLoudness } from './loudness';
import { truePeak } from './true-peak';

export type Features = Record<FeatureName, number>;

/** Where lowHighRatio splits, Hz. */
const SPLIT = 1000;
/** Keeps lowHighRatio a number where nothing lies above the split: the ratio is at most its inverse. */
const LEAST_HIGH_PART = 1e-12;

/** Energy relative to that of a constant which double precision may leave in other bins. */
const ROUNDING = 1e-24;

export interface FeatureSettings {
  /** Hz */
  sampleRate: number;
  /** Seconds, at least 0.4. */
  blockSeconds: number;
  /** RMS level in dB re full scale up to which a block is silence and left out. */
  silenceDb: number;
}

/** Features of one block, or undefined where it is silence. */
export type BlockFeatures = Features | undefined;

export class FeatureExtractor {
  /** Samples of a block. */
  readonly blockSamples: number;
  private readonly fft: AnyFft;

  /** @throws UserError `block-length` */
  constructor(private readonly settings: FeatureSettings) {
    const { sampleRate, blockSeconds } = settings;
    this.blockSamples = Math.floor(blockSeconds * sampleRate + 1e-6);
    if (this.blockSamples < Math.round(GATING_BLOCK_SECONDS * sampleRate)) {
      throw new UserError(
        'config',
        `blocks are ${blockSeconds} s long; expected at least ${GATING_BLOCK_SECONDS} s, which a loudness in LUFS needs.`,
      );
    }
    this.fft = new AnyFft(transformLength(this.blockSamples));
  }

  /** Block after block; what is left at the end is too short and left out. */
  blocksOf(pcm: Float32Array): BlockFeatures[] {
    const { blockSamples } = this;
    return Array.from({ length: Math.floor(pcm.length / blockSamples) }, (_, i) =>
      this.featuresOf(pcm.subarray(i * blockSamples, (i + 1) * blockSamples)),
    );
  }

  /**
   * @param block `blockSamples` finite samples in −1…1
   * @throws UserError `not-finite` where a feature of it is no finite number
   */
  featuresOf(block: Float32Array): BlockFeatures {
    const { sampleRate, silenceDb } = this.settings;
    const rms2 = meanSquare(block);
    if (10 * Math.log10(rms2) <= silenceDb) return undefined;
    const peak = truePeak(block);
    const rms = Math.sqrt(rms2);
    const loudness = integratedLoudness([block], sampleRate);
    // As in the source, only the value in dB has a floor: what is too quiet for the meter is 0 on linear scales.
    const lufs2 = 10 ** (loudness / 10);
    const features: Features = {
      truePeak: peak,
      truePeak2: peak * peak,
      truePeakDb: 20 * Math.log10(peak),
      rms2,
      rms,
      rmsDb: 10 * Math.log10(rms2),
      lufs: Math.sqrt(lufs2),
      lufs2,
      lufsDb: Math.max(ABSOLUTE_GATE, loudness),
      crest: peak / rms,
      crestDb: 20 * Math.log10(peak / rms),
      lowHighRatio: this.lowHighRatio(block),
    };
    for (const name of FEATURE_NAMES) {
      if (!Number.isFinite(features[name])) {
        throw new UserError(
          'not-finite',
          `the feature ${name} of a block is ${features[name]}; expected a finite number. The block was left out: check what makes the sound, its samples should lie in −1…1.`,
        );
      }
    }
    return features;
  }

  /** Energy up to 1 kHz, without DC, to the energy above. */
  private lowHighRatio(block: Float32Array): number {
    const powers = this.fft.powers(block);
    const binWidth = this.settings.sampleRate / this.fft.size;
    const split = Math.floor(SPLIT / binWidth) + 1;
    let [low, high] = [0, 0];
    for (let i = 1; i < this.fft.size / 2; i++) {
      if (i < split) low += powers[i];
      else high += powers[i];
    }
    // A constant has neither, only what the transform's rounding leaves.
    return low + high <= ROUNDING * powers[0] ? 1 : low / Math.max(high, LEAST_HIGH_PART * low);
  }
}

function meanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum / values.length;
}
