// A whole sound file as one mono signal, decoded in the calling thread: for tools and workers. Nodes read files
// through file-reader.ts, which does it in a worker thread.
import { UserError } from '../errors';
import { join, Resampler } from './resample';
import { openSoundFile } from './sound-file';

export interface AudioFile {
  /** Mono, the mean of the channels; −1…1 for integer formats. */
  pcm: Float32Array;
  /** Of `pcm`, in Hz. */
  sampleRate: number;
  /** Of the file. */
  channels: number;
  /** What is wrong with a file that could be read all the same, e.g. that it is cut short. */
  warnings: string[];
}

/**
 * Reads a WAV, MP3, FLAC, Ogg Vorbis or Opus file.
 * @param options.sampleRate Hz to resample to; the file's own where left out
 * @throws UserError `file-unreadable` or `sound-file`, naming the file
 */
export async function readAudioFile(file: string, options: { sampleRate?: number } = {}): Promise<AudioFile> {
  try {
    const sound = await openSoundFile(file);
    try {
      const sampleRate = options.sampleRate || sound.sampleRate;
      const resampler = new Resampler(sound.sampleRate, sampleRate);
      const parts: Float32Array[] = [];
      for await (const block of sound.blocks()) parts.push(resampler.push(block));
      parts.push(resampler.end());
      return { pcm: join(parts), sampleRate, channels: sound.channels, warnings: sound.warnings };
    } finally {
      sound.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, `${file}: ${error.message}`, { cause: error });
    throw error;
  }
}
