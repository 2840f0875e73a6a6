// From a spectrogram back to sound.
import type { SpectrogramInfo } from '../messages';
import { griffinLim, MOMENTUM, type UniformSource, withPhaseOf } from './griffin-lim';
import { spectrogramMagnitudes } from './spectrogram-magnitudes';

/** Where the phases come from, which a spectrogram does not have. */
export type Phases =
  /** Guessed, from random ones on, and made to agree with each other. */
  | { kind: 'griffin-lim'; iterations: number; random: UniformSource }
  /** Those of a sound, as a rule the one that the spectrogram was made of. */
  | { kind: 'input'; original: Float32Array };

export interface SoundOptions {
  phases: Phases;
  /** Length of the sound that the spectrogram was made of; what the spectrogram does not show of it is left out. */
  samples?: number;
  onProgress?: (done: number) => void;
}

export interface SpectrogramInverse {
  /** Within −1…1. */
  pcm: Float32Array;
  /** Largest magnitude before it was turned down to 1. */
  peak: number;
}

/**
 * The sound of a spectrogram, as loud as the spectrogram says, turned down where it would go beyond full scale.
 * @param values row-major [bins][frames], finite
 * @throws UserError what `spectrogramMagnitudes` and `griffinLim` throw
 */
export function invertSpectrogram(
  values: Float32Array,
  info: SpectrogramInfo,
  { phases, samples, onProgress }: SoundOptions,
): SpectrogramInverse {
  const { magnitudes, settings } = spectrogramMagnitudes(values, info);
  const { fftSize, hopLength, window } = settings;
  const shown = shownSamples(info);
  const common = { fftSize, hopLength, window, samples: Math.min(samples ?? shown.certain, shown.most) };
  const pcm =
    phases.kind === 'input'
      ? withPhaseOf(phases.original, magnitudes, common)
      : griffinLim(magnitudes, { ...common, momentum: MOMENTUM, ...phases }, onProgress);
  const peak = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (peak > 1) for (let i = 0; i < pcm.length; i++) pcm[i] /= peak;
  return { pcm, peak };
}

/** Samples that a spectrogram's columns show: up to the centre of the last for certain, and up to where a next would be. */
function shownSamples({ shape, fftSize, hopLength }: SpectrogramInfo): { certain: number; most: number } {
  const centre = (shape[1] - 1) * hopLength;
  const most = centre + Math.min(hopLength - 1, fftSize / 2);
  return { certain: centre || most, most };
}
