// Sound from magnitudes alone: phases are guessed, then made to agree with each other, because overlapping frames share
// samples. Fast Griffin-Lim (N. Perraudin, P. Balazs & P. Søndergaard, 2013, DOI 10.1109/WASPAA.2013.6701851), as in
// librosa.griffinlim.
import { UserError } from '../errors';
import { InverseStft } from './inverse-stft';
import { Workspace } from './kernels';
import { Stft } from './stft';
import type { WindowName } from './window';

/** Where random phases come from: numbers in [0, 1). */
export interface UniformSource {
  uniform(): number;
}

export interface PhaseSettings {
  fftSize: number;
  /** Less than fftSize. */
  hopLength: number;
  window: WindowName;
  /** Samples of the result. */
  samples: number;
}

export interface GriffinLimSettings extends PhaseSettings {
  /** Rounds of making the phases agree, at least 1. */
  iterations: number;
  /** How much of the last step is added to the next; 0 is the algorithm of 1984. */
  momentum: number;
  /** Where the first phases come from; undefined: all are 0. */
  random?: UniformSource;
}

/** Beyond 1 it may diverge; librosa's default. */
export const MOMENTUM = 0.99;

const PAIR = 2;
/** re of both frames, im of both frames. */
const PAIR_VALUES = 4;
/** Added to what is divided by: a bin without direction gets nothing. */
const TINY = 1e-38;

/**
 * A signal whose spectra have the given magnitudes, as far as there is one.
 * @param magnitudes frame by frame, [frames][fftSize/2 + 1], at least 0
 * @param onProgress told the part that is done, 0…1, after each round
 * @throws UserError `iterations`, `fft-size`, `hop-length` or `window`
 */
export function griffinLim(
  magnitudes: Float32Array,
  settings: GriffinLimSettings,
  onProgress?: (done: number) => void,
): Float32Array {
  const { iterations, momentum, random, samples } = settings;
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new UserError('config', `iterations is ${iterations}; expected a whole number of at least 1, e.g. 32.`);
  }
  const passes = new Passes(magnitudes, settings);
  const sound = new Float32Array(samples);
  passes.run(sound, target => {
    const angle = random ? 2 * Math.PI * random.uniform() : 0;
    target.re = Math.cos(angle);
    target.im = Math.sin(angle);
  });
  const share = momentum / (1 + momentum);
  const previous = new Float32Array(2 * magnitudes.length);
  for (let round = 0; round < iterations; round++) {
    passes.run(sound, (target, re, im, at) => {
      target.re = re - share * previous[2 * at];
      target.im = im - share * previous[2 * at + 1];
      previous[2 * at] = re;
      previous[2 * at + 1] = im;
    });
    onProgress?.((round + 1) / iterations);
  }
  return sound;
}

/**
 * A signal of the given magnitudes with the phases of another one.
 * @param magnitudes as for `griffinLim`
 * @param original finite samples; silence beyond its end
 * @throws UserError `fft-size`, `hop-length` or `window`
 */
export function withPhaseOf(original: Float32Array, magnitudes: Float32Array, settings: PhaseSettings): Float32Array {
  const result = new Float32Array(settings.samples);
  new Passes(magnitudes, settings).run(
    original,
    (target, re, im) => {
      target.re = re;
      target.im = im;
    },
    result,
  );
  return result;
}

/** The direction of one bin of one frame; its length does not matter. */
interface Direction {
  re: number;
  im: number;
}

/** Passes over all frames, with what they share. */
class Passes {
  private readonly workspace = new Workspace();
  private readonly stft: Stft;
  private readonly inverse: InverseStft;
  private readonly bins: number;
  private readonly frames: number;
  private readonly pair: Float64Array;
  private readonly direction: Direction = { re: 0, im: 0 };

  constructor(
    private readonly magnitudes: Float32Array,
    { fftSize, hopLength, window }: PhaseSettings,
  ) {
    this.stft = new Stft({ fftSize, hopLength, window }, this.workspace);
    this.bins = this.stft.bins;
    this.frames = magnitudes.length / this.bins;
    this.inverse = new InverseStft({ fftSize, hopLength, window, frames: this.frames }, this.workspace);
    this.pair = new Float64Array(this.bins * PAIR_VALUES);
  }

  /** A signal of the magnitudes with phases that `choose` makes of the spectra of `sound`; written over it by default. */
  run(
    sound: Float32Array,
    choose: (direction: Direction, re: number, im: number, at: number) => void,
    into = sound,
  ): void {
    const { bins, frames, pair, inverse, stft, workspace } = this;
    inverse.clear();
    for (let t = 0; t < frames; t += PAIR) {
      const index = t % stft.blockFrames;
      if (index === 0) stft.load(sound, t, Math.min(stft.blockFrames, frames - t));
      const spectra = workspace.doubles(stft.spectra(index), bins * PAIR_VALUES);
      for (let lane = 0; lane < PAIR && t + lane < frames; lane++) {
        for (let k = 0; k < bins; k++) {
          const at = (t + lane) * bins + k;
          choose(this.direction, spectra[k * PAIR_VALUES + lane], spectra[k * PAIR_VALUES + 2 + lane], at);
          this.put(k, lane, at);
        }
      }
      inverse.add(t, pair);
    }
    inverse.finish(into);
  }

  /** Writes one bin: its magnitude, in the direction chosen. */
  private put(k: number, lane: number, at: number): void {
    const { re, im } = this.direction;
    const scale = this.magnitudes[at] / (Math.sqrt(re * re + im * im) + TINY);
    this.pair[k * PAIR_VALUES + lane] = re * scale;
    this.pair[k * PAIR_VALUES + 2 + lane] = im * scale;
  }
}
