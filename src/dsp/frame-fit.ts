// How the length of a segment fits the width of the spectrogram, and what would make it fit.
import type { Spectrogram } from './spectrogram';

export interface FrameFit {
  /** Frames that the segment gives by itself, and that the spectrogram has. */
  natural: number;
  frames: number;
  /** Of the segment, not in the spectrogram: %, 0 where all of it is. */
  lostPercent: number;
  /** s; of the segment, and of what the spectrogram has room for. */
  seconds: number;
  heldSeconds: number;
  /** Hop length in samples with which all of it has room; undefined where sound between frames would go unheard. */
  fittingHop?: number;
}

/** @param samples of the segment, at least one */
export function frameFit(spectrogram: Spectrogram, samples: number): FrameFit {
  const { frames: wanted, hopLength, fftSize, sampleRate } = spectrogram.settings;
  const natural = spectrogram.naturalFrames(samples);
  const frames = wanted || natural;
  const lost = Math.max(0, natural - frames);
  const hop = Math.floor(samples / frames) + 1;
  return {
    ...{ natural, frames, seconds: samples / sampleRate, heldSeconds: (frames * hopLength) / sampleRate },
    lostPercent: lost && Math.max(1, Math.round((100 * lost) / natural)),
    fittingHop: hop <= fftSize ? hop : undefined,
  };
}
