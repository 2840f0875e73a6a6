// The worker thread of AugmentThread.
import { type Augmentation, type AugmentSettings, augment } from '../dsp/augment';
import { Random } from '../stats/random';
import { answerRequests } from '../threads/request-worker';

export interface AugmentRequest {
  pcm: Float32Array;
  sampleRate: number;
  settings: AugmentSettings;
  seed: number;
  /** Number of the copy. */
  copy: number;
}

export interface AugmentedSound {
  pcm: Float32Array;
  augmentation: Augmentation;
}

answerRequests<AugmentRequest, AugmentedSound>(({ pcm, sampleRate, settings, seed, copy }) => {
  const answer = augment(pcm, sampleRate, settings, new Random(mixed(seed, copy, pcm)));
  return { answer, transfer: [answer.pcm.buffer] };
});

/**
 * A seed of the user's one, the number of the copy and the sound itself: the same sound gets the same copies whenever
 * it comes, two sounds get different ones. (FNV-1a over 32-bit words; G. Fowler, L. Noll & P. Vo.)
 */
function mixed(seed: number, copy: number, pcm: Float32Array): number {
  const words = new Uint32Array(pcm.buffer, pcm.byteOffset, pcm.length);
  let hash = 0x811c9dc5;
  const add = (word: number) => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  add(seed);
  add(copy);
  for (const word of words) add(word);
  return hash >>> 0;
}
