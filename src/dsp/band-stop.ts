// Takes a band of frequencies out of a sound: its spectra, the band turned down, and back.
import { InverseStft } from './inverse-stft';
import { Workspace } from './kernels';
import { Stft } from './stft';

const FFT_SIZE = 2048;
const HOP = FFT_SIZE / 4;
const FRAMES = { fftSize: FFT_SIZE, hopLength: HOP, window: 'hann' } as const;
/** re of two frames, im of two frames. */
const PAIR_VALUES = 4;

/**
 * The sound without a band; what is more than a bin of 2048 away from its edges stays as it is.
 * @param pcm finite samples
 * @param sampleRate Hz
 * @param band lower and upper edge in Hz
 */
export function withoutBand(pcm: Float32Array, sampleRate: number, [low, high]: [number, number]): Float32Array {
  const workspace = new Workspace();
  const stft = new Stft(FRAMES, workspace);
  const frames = 1 + Math.ceil(pcm.length / HOP);
  const inverse = new InverseStft({ ...FRAMES, frames }, workspace);
  const hzPerBin = sampleRate / FFT_SIZE;
  const first = Math.ceil(low / hzPerBin);
  const last = Math.min(stft.bins - 1, Math.floor(high / hzPerBin));
  const spectra = new Float64Array(stft.bins * PAIR_VALUES);
  for (let t = 0; t < frames; t += 2) {
    const index = t % stft.blockFrames;
    if (index === 0) stft.load(pcm, t, Math.min(stft.blockFrames, frames - t));
    spectra.set(workspace.doubles(stft.spectra(index), spectra.length));
    spectra.fill(0, PAIR_VALUES * first, PAIR_VALUES * (last + 1));
    inverse.add(t, spectra);
  }
  const result = new Float32Array(pcm.length);
  inverse.finish(result);
  return result;
}
