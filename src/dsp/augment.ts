// Copies of a sound that differ from it as another day's recording might: louder, later, faster, noisier, without a band.
// What is changed by how much is drawn by chance from a range, but for the noise, whose level is said.
import { resample } from '../audio/resample';
import { withoutBand } from './band-stop';

export type Noise = 'none' | 'white' | 'pink';

/** Ranges; 0 leaves that property alone. */
export interface AugmentSettings {
  /** Louder or quieter by up to so many dB. */
  gainDb: number;
  noise: Noise;
  /** Level of the sound over that of the noise, dB. */
  snrDb: number;
  /** Earlier or later by up to so many seconds. */
  shiftSeconds: number;
  /** Faster and higher, or slower and lower, by up to so many percent, below 50. */
  speedPercent: number;
  /** Width of a band that is taken out, octaves. */
  maskOctaves: number;
}

/** What was done to one copy; `msg.augmentation`. What was left alone is not there. */
export interface Augmentation {
  gainDb?: number;
  noise?: Noise;
  snrDb?: number;
  /** Above 0: later. */
  shiftSeconds?: number;
  /** Above 1: faster and higher. */
  speed?: number;
  maskHz?: [number, number];
}

/** Where chance comes from. */
export interface RandomSource {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** Speeds are whole multiples of 1 / SPEED_STEPS, so that the resampler's tables stay small. */
const SPEED_STEPS = 200;
/** Below this there is little to take out. */
const LOWEST_MASK_HZ = 50;

/**
 * A copy of a sound, as long as it is.
 * @param pcm finite samples; not written to
 * @param sampleRate Hz
 * @returns the copy, within −1…1, and what was done to it
 */
export function augment(
  pcm: Float32Array,
  sampleRate: number,
  settings: AugmentSettings,
  random: RandomSource,
): { pcm: Float32Array<ArrayBuffer>; augmentation: Augmentation } {
  const { gainDb, noise, snrDb, shiftSeconds, speedPercent, maskOctaves } = settings;
  const within = (range: number) => range * (2 * random.uniform() - 1);
  const augmentation: Augmentation = {};
  let sound = pcm;
  if (speedPercent > 0) {
    const steps = Math.round(SPEED_STEPS * (1 + within(speedPercent) / 100));
    sound = fitted(resample(sound, steps, SPEED_STEPS), 0, pcm.length);
    augmentation.speed = steps / SPEED_STEPS;
  }
  if (shiftSeconds > 0) {
    const shift = Math.round(within(shiftSeconds) * sampleRate);
    sound = fitted(sound, shift, pcm.length);
    augmentation.shiftSeconds = shift / sampleRate;
  }
  if (maskOctaves > 0) {
    const band = bandOf(maskOctaves, sampleRate / 2, random);
    sound = withoutBand(sound, sampleRate, band);
    augmentation.maskHz = band;
  }
  const copy = Float32Array.from(sound);
  if (noise !== 'none' && addNoise(copy, noise, snrDb, random)) Object.assign(augmentation, { noise, snrDb });
  const gain = limitedGain(copy, gainDb > 0 ? within(gainDb) : 0);
  if (gain !== 1) {
    for (let i = 0; i < copy.length; i++) copy[i] *= gain;
    augmentation.gainDb = 20 * Math.log10(gain);
  }
  return { pcm: copy, augmentation };
}

/** A sound moved by `shift` samples and cut to `length`; where it has nothing, its mirror image stands. */
function fitted(pcm: Float32Array, shift: number, length: number): Float32Array {
  const period = Math.max(1, 2 * (pcm.length - 1));
  return Float32Array.from({ length }, (_, i) => {
    const at = (((i - shift) % period) + period) % period;
    return pcm[Math.min(at, period - at)];
  });
}

/** A band of so many octaves, anywhere up to the Nyquist frequency, low and high octaves alike. */
function bandOf(octaves: number, nyquist: number, random: RandomSource): [number, number] {
  const room = Math.max(0, Math.log2(nyquist / LOWEST_MASK_HZ) - octaves);
  const low = LOWEST_MASK_HZ * 2 ** (room * random.uniform());
  return [low, Math.min(nyquist, low * 2 ** octaves)];
}

/** Adds noise at the level asked for; false where the sound is silent and no level would do. */
function addNoise(pcm: Float32Array, kind: Noise, snrDb: number, random: RandomSource): boolean {
  const energy = energyOf(pcm);
  if (energy === 0) return false;
  const noise = kind === 'pink' ? pinkNoise(pcm.length, random) : whiteNoise(pcm.length, random);
  const scale = Math.sqrt(energy / energyOf(noise) / 10 ** (snrDb / 10));
  for (let i = 0; i < pcm.length; i++) pcm[i] += scale * noise[i];
  return true;
}

function whiteNoise(length: number, random: RandomSource): Float32Array {
  return Float32Array.from({ length }, () => random.normal());
}

/** Falls by 3 dB an octave: white noise through three poles (P. Kellet's filter, good to 0.5 dB above 10 Hz at 44.1 kHz). */
function pinkNoise(length: number, random: RandomSource): Float32Array {
  let [a, b, c] = [0, 0, 0];
  return Float32Array.from({ length }, () => {
    const white = random.normal();
    a = 0.99765 * a + 0.099046 * white;
    b = 0.963 * b + 0.2965164 * white;
    c = 0.57 * c + 1.0526913 * white;
    return a + b + c + 0.1848 * white;
  });
}

/** The factor of a gain in dB, or as much of it as keeps the sound within −1…1. */
function limitedGain(pcm: Float32Array, decibels: number): number {
  const peak = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const gain = 10 ** (decibels / 20);
  return peak * gain > 1 ? 1 / peak : gain;
}

function energyOf(pcm: Float32Array): number {
  return pcm.reduce((sum, sample) => sum + sample ** 2, 0);
}
