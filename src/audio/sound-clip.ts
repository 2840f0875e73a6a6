// The beginning of a sound, decoded to be looked at: as a wav-folder node would bring it, but no more of it than is
// stated. Decoding is synchronous and meant for worker threads.
import type { SoundBytes } from './file-bytes';
import { Resampler } from './resample';
import { openSound } from './sound-file';

export interface SoundClip {
  /** Mono, the mean of the channels. The memory can be seen by several threads and is copied for none. */
  pcm: Float32Array<SharedArrayBuffer>;
  /** Of `pcm`, in Hz. */
  sampleRate: number;
  /** Whether there is more of it than was read. */
  isCut: boolean;
  /** What is wrong with a file that could be read all the same. */
  warnings: string[];
}

export interface ClipOptions {
  /** Hz to resample to; 0: its own. */
  sampleRate: number;
  maxSeconds: number;
  /** At the rate that it is resampled to. */
  maxSamples: number;
}

/**
 * @param bytes of a WAV, MP3, FLAC or Ogg file; closed in the end
 * @throws UserError `sound-file`; the message gives the reason and leaves the file's name to the caller
 */
export async function readClip(bytes: SoundBytes, options: ClipOptions): Promise<SoundClip> {
  const sound = await openSound(bytes);
  try {
    const sampleRate = options.sampleRate || sound.sampleRate;
    const seconds = Math.min(options.maxSeconds, options.maxSamples / sampleRate);
    const resampler = new Resampler(sound.sampleRate, sampleRate);
    const parts: Float32Array[] = [];
    let left = Math.max(1, Math.floor(seconds * sound.sampleRate));
    let isCut = false;
    for await (const block of sound.blocks()) {
      isCut = block.length > left;
      parts.push(resampler.push(block.subarray(0, left)));
      left -= Math.min(left, block.length);
      if (isCut) break;
    }
    parts.push(resampler.end());
    return { pcm: shared(parts), sampleRate, isCut, warnings: isCut ? [] : sound.warnings };
  } finally {
    sound.close();
  }
}

/** The samples one after the other, in memory for several threads. */
export function shared(parts: readonly Float32Array[]): Float32Array<SharedArrayBuffer> {
  const samples = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Float32Array(new SharedArrayBuffer(4 * samples));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
