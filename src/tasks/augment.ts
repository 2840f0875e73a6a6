// Altered copies of sounds, in a thread of the pool.
import type { Augmentation, AugmentSettings } from '../dsp/augment';
import { ShortTask } from '../threads/short-task';

export interface AugmentOrder {
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

/** Altered copy number `copy` of a sound: the same each time. */
export const augmentTask = new ShortTask<AugmentOrder, AugmentedSound>({
  file: __filename,
  name: 'augmentTask',
  what: 'alters sounds',
  memoryOf: ({ pcm }) => [pcm.buffer as ArrayBuffer],
  async load() {
    const { augment } = await import('../dsp/augment.js');
    const { Random } = await import('../stats/random.js');
    return ({ pcm, sampleRate, settings, seed, copy }) =>
      augment(pcm, sampleRate, settings, new Random(mixed(seed, copy, pcm)));
  },
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
