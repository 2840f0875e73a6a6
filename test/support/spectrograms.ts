// Spectrograms as messages and models describe them, for tests to which their settings do not matter.
import type { FrontEnd, SpectrogramInfo } from '#src/messages';

/** What a model depends on. */
export const frontEnd = (shape: [number, number], rest: Partial<FrontEnd> = {}): FrontEnd => ({
  ...{ shape, sampleRate: 16000, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' },
  ...{ fMin: 0, fMax: 8000, normalize: 'model', ...rest },
});

/** `msg.spectrogram` of a quiet sound. */
export const spectrogramInfo = (shape: [number, number], rest: Partial<SpectrogramInfo> = {}): SpectrogramInfo => ({
  ...frontEnd(shape),
  ...{ min: -60, max: -20, ...rest },
});
