// Sound of spectrograms, in a thread of the pool: Griffin-Lim takes a second or more.
import type { SpectrogramInfo } from '../messages';
import { type Lane, ShortTask } from '../threads/short-task';
import { copyInTurns } from '../threads/turns';

export interface SoundOrder {
  values: Float32Array;
  info: SpectrogramInfo;
  /** Length of the sound that the spectrogram was made of, where that is known. */
  samples?: number;
  iterations: number;
  /** The sound whose phases to take instead of guessing. */
  original?: Float32Array;
}

export interface Sound {
  /** Within −1…1. */
  pcm: Float32Array;
  /** Largest magnitude before it was turned down to 1. */
  peak: number;
  /** The same as a WAV file, 16 bits. */
  wav: Uint8Array;
  milliseconds: number;
}

/** The same spectrogram gives the same sound. */
const SEED = 1;
/** Progress is for people. */
const PROGRESS_INTERVAL_MS = 300;

/** Events tell the part that is done, 0…1. With what `invertSpectrogram` throws. */
export const soundTask = new ShortTask<SoundOrder, Sound, number>({
  file: __filename,
  name: 'soundTask',
  what: 'makes sound',
  isSlow: true,
  memoryOf: ({ pcm, wav }) => [pcm.buffer as ArrayBuffer, wav.buffer as ArrayBuffer],
  async load() {
    const { encodeWav } = await import('../audio/wav-write.js');
    const { invertSpectrogram } = await import('../dsp/spectrogram-inverse.js');
    const { Random } = await import('../stats/random.js');
    return ({ values, info, samples, iterations, original }, { tell }) => {
      const start = performance.now();
      let toldAt = start;
      const { pcm, peak } = invertSpectrogram(values, info, {
        samples,
        phases: original ? { kind: 'input', original } : { kind: 'griffin-lim', iterations, random: new Random(SEED) },
        onProgress(done) {
          if (performance.now() - toldAt < PROGRESS_INTERVAL_MS) return;
          toldAt = performance.now();
          tell(done);
        },
      });
      // A Buffer may lie in memory that it shares with others; what goes to the other thread may not.
      const wav = new Uint8Array(encodeWav(pcm, info.sampleRate));
      return { pcm, peak, wav, milliseconds: performance.now() - start };
    };
  },
});

/** @param order its arrays are copied: their memory may be shared with other messages */
export function soundOf(
  lane: Lane<SoundOrder, Sound, number>,
  order: SoundOrder,
  onProgress: (done: number) => void,
): Promise<Sound> {
  const prepare = async () => {
    const values = await copyInTurns(order.values);
    const original = order.original && (await copyInTurns(order.original));
    const transfer = original ? [values.buffer, original.buffer] : [values.buffer];
    return { order: { ...order, values, original }, transfer };
  };
  return lane.ask(prepare, { onEvent: onProgress });
}
