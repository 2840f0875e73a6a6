// How long a spectrogram takes on this machine: what decides between the event loop and a thread.
import type { Spectrogram } from './spectrogram';

/** Enough for the just-in-time compiler to have seen every loop. */
const ROUNDS = 24;
const COLUMNS_PER_ROUND = 16;

/**
 * Measures a Spectrogram on noise, in rounds of a millisecond or few with the event loop's turns between them; this
 * also warms it up, so that its first real segment is not the slow one.
 * @returns milliseconds per column
 */
export async function measureColumnTime(spectrogram: Spectrogram): Promise<number> {
  const noise = Float32Array.from(
    { length: COLUMNS_PER_ROUND * spectrogram.settings.hopLength },
    (_, i) => ((i * 7919) % 1000) / 1000 - 0.5,
  );
  const columns = spectrogram.naturalFrames(noise.length);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    spectrogram.compute(noise);
    best = Math.min(best, (performance.now() - start) / columns);
    await new Promise(setImmediate);
  }
  return best;
}
