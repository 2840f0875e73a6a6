// Settings of published systems, to fill the fields of a spectrogram node with. Their sound is at 22.05 kHz: wav-folder
// resamples.
import type { SpectrogramSettings } from '../../src/dsp/spectrogram-settings';

type Recipe = Omit<SpectrogramSettings, 'sampleRate'>;

const LOG_MEL: Omit<Recipe, 'frames'> = {
  ...{ fftSize: 2048, hopLength: 512, window: 'hann', scale: 'mel', melBands: 128 },
  ...{ fMin: 0, fMax: 0, normalize: 'minmax', rangeDb: 80 },
};

export const RECIPES: Record<'oneClass1' | 'oneClass2' | 'oneClass3' | 'autoencoder', Recipe> = {
  oneClass1: { ...LOG_MEL, frames: 44 },
  oneClass2: { ...LOG_MEL, frames: 87 },
  oneClass3: { ...LOG_MEL, frames: 130 },
  // 512 bins: all but the highest of 513.
  autoencoder: { ...LOG_MEL, fftSize: 1024, hopLength: 256, scale: 'linear', fMax: 11_004, frames: 64 },
};
