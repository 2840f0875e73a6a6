// A spectrogram as bytes for a canvas: a quarter of the size, and no larger than a screen can show.
export interface SpectrogramLevels {
  bins: number;
  frames: number;
  /** Values that byte 0 and byte 255 stand for. */
  low: number;
  high: number;
  /** Bin after bin, the lowest frequency first. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** More than a dialog has pixels. */
const MOST = { bins: 512, frames: 1024 };

/**
 * @param values row-major [bins][frames], lowest frequency first
 * @param sounding frames from the left that hold sound; the rest is padding, which sets no scale
 * @param range what 0 and 255 stand for; left out: the lowest and the highest value of the sound
 */
export function spectrogramLevels(
  values: Float32Array,
  [bins, frames]: readonly [number, number],
  sounding: number,
  range?: readonly [number, number],
): SpectrogramLevels {
  const height = Math.min(bins, MOST.bins);
  const width = Math.min(frames, MOST.frames);
  // The loudest of what shares a place: a thin line must not vanish.
  const loudest = new Float32Array(height * width).fill(Number.NEGATIVE_INFINITY);
  let [low, high] = range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let bin = 0; bin < bins; bin++) {
    const to = Math.floor((bin * height) / bins) * width;
    for (let frame = 0; frame < frames; frame++) {
      const value = values[bin * frames + frame];
      const place = to + Math.floor((frame * width) / frames);
      if (value > loudest[place]) loudest[place] = value;
      if (range || frame >= sounding) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const bytes = new Uint8Array(loudest.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.max(0, Math.min(255, Math.round((loudest[i] - low) * scale)));
  return { bins: height, frames: width, low, high, bytes };
}
