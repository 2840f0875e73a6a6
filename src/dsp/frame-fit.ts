// How the length of a segment fits the width of the spectrogram, and what would make it fit.
import type { Spectrogram } from './spectrogram';

export interface FrameFit {
  /** Columns that the segment gives by itself, and that the spectrogram has. */
  natural: number;
  columns: number;
  /** Of the segment, not in the spectrogram: %, 0 where all of it is. */
  lostPercent: number;
  /** s; of the segment, and of what the spectrogram has room for. */
  seconds: number;
  heldSeconds: number;
  /** Samples from column to column with which all of it has room; undefined where sound between columns would go unheard. */
  fittingHop?: number;
}

/** @param samples of the segment, at least one */
export function frameFit(spectrogram: Spectrogram, samples: number): FrameFit {
  const { frames, hopLength, fftSize, sampleRate } = spectrogram.settings;
  const natural = spectrogram.naturalFrames(samples);
  const columns = frames || natural;
  const lost = Math.max(0, natural - columns);
  const hop = Math.floor(samples / columns) + 1;
  return {
    ...{ natural, columns, seconds: samples / sampleRate, heldSeconds: (columns * hopLength) / sampleRate },
    lostPercent: lost && Math.max(1, Math.round((100 * lost) / natural)),
    fittingHop: hop <= fftSize ? hop : undefined,
  };
}
