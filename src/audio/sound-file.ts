// Opens a sound file of any supported kind, told by its first bytes and not by its name, as a stream of mono blocks.
// Reading is synchronous and meant for worker threads; memory stays at one block, however long the file is.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors';
import { openCompressed, sniffCompressed } from './compressed-file';
import { isWav } from './wav-header';
import { openWav } from './wav-reader';

/** A sound file that is open. Whoever opened it closes it. */
export interface SoundFile {
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** What is wrong with a file that can be read all the same; complete when `blocks` has ended. */
  readonly warnings: string[];
  /** The sound from its start, mixed to mono (mean of the channels), in fresh arrays of some thousand samples. */
  blocks(): AsyncGenerator<Float32Array, void>;
  close(): void;
}

/** A file's bytes by position: the one way in which the readers touch the disk. */
export class FileBytes {
  readonly size: number;
  private open = true;

  private constructor(private readonly descriptor: number) {
    this.size = fstatSync(descriptor).size;
  }

  /** @throws UserError `file-unreadable` */
  static open(file: string): FileBytes {
    try {
      const descriptor = openSync(file, 'r');
      if (fstatSync(descriptor).isFile()) return new FileBytes(descriptor);
      closeSync(descriptor);
    } catch (cause) {
      throw new UserError('file-unreadable', `cannot be opened: ${(cause as Error).message}`, { cause });
    }
    throw new UserError('file-unreadable', 'not a regular file.');
  }

  /** At most `length` bytes from `position`; fewer at the end of the file, never more memory than the file has. */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - position)));
    return bytes.subarray(0, this.readInto(bytes, position));
  }

  /** Fills `bytes` from `position`; returns how many there were. */
  readInto(bytes: Uint8Array, position: number): number {
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.descriptor, bytes, filled, bytes.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  close(): void {
    if (this.open) closeSync(this.descriptor);
    this.open = false;
  }
}

/**
 * Opens a WAV, MP3, FLAC or Ogg (Vorbis, Opus) file.
 * @throws UserError `file-unreadable` or `sound-file`; the message gives the reason and leaves the file's name to the caller
 */
export async function openSoundFile(file: string): Promise<SoundFile> {
  const bytes = FileBytes.open(file);
  try {
    if (bytes.size === 0) throw new UserError('sound-file', 'the file is empty (0 bytes).');
    const start = bytes.read(0, 64);
    if (isWav(start)) return openWav(bytes);
    const format = sniffCompressed(start);
    if (format) return await openCompressed(bytes, format);
    throw new UserError('sound-file', 'not a sound file: its content is none of WAV, MP3, FLAC, Ogg Vorbis or Opus.');
  } catch (error) {
    bytes.close();
    throw error;
  }
}
