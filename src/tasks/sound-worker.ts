// The worker thread of SoundThread.
import { encodeWav } from '../audio/wav-write';
import { invertSpectrogram } from '../dsp/spectrogram-inverse';
import type { SpectrogramInfo } from '../messages';
import { Random } from '../stats/random';
import { answerRequests } from '../threads/request-worker';

export interface SoundOrder {
  values: Float32Array;
  info: SpectrogramInfo;
  /** Length of the sound that the picture was made of, where that is known. */
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

/** The same picture gives the same sound. */
const SEED = 1;
/** Progress is for people. */
const PROGRESS_INTERVAL_MS = 300;

answerRequests<SoundOrder, Sound>(({ values, info, samples, iterations, original }, onProgress) => {
  const start = performance.now();
  let toldAt = start;
  const { pcm, peak } = invertSpectrogram(values, info, {
    samples,
    phases: original ? { kind: 'input', original } : { kind: 'griffin-lim', iterations, random: new Random(SEED) },
    onProgress(done) {
      if (performance.now() - toldAt < PROGRESS_INTERVAL_MS) return;
      toldAt = performance.now();
      onProgress(done);
    },
  });
  const bytes = encodeWav(pcm, info.sampleRate);
  // A Buffer may lie in memory that it shares with others; what goes to the other thread may not.
  const wav = new Uint8Array(bytes);
  const answer = { pcm, peak, wav, milliseconds: performance.now() - start };
  return { answer, transfer: [pcm.buffer as ArrayBuffer, wav.buffer] };
});
