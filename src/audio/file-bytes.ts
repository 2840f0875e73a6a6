// Bytes by position, of a file or in memory, and what reading sound from them gives.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors';

/** A sound file that is open. Whoever opened it closes it. */
export interface SoundFile {
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples of each channel, where the header tells. */
  readonly frames?: number;
  /** What is wrong with a file that can be read all the same; complete when `blocks` has ended. */
  readonly warnings: string[];
  /** The sound from its start, mixed to mono (mean of the channels), in fresh arrays of some thousand samples. */
  blocks(): AsyncGenerator<Float32Array, void>;
  /** The same with the channels as they are: of each block one array per channel. Instead of `blocks`, not beside it. */
  channelBlocks(): AsyncGenerator<Float32Array[], void>;
  close(): void;
}

/** Bytes by position: all that the readers see of what they read. */
export interface SoundBytes {
  readonly size: number;
  /** At most `length` bytes from `position`; fewer at the end, never more memory than there is to read. */
  read(position: number, length: number): Buffer;
  /** Fills `bytes` from `position`; returns how many there were. */
  readInto(bytes: Uint8Array, position: number): number;
  close(): void;
}

/** A file that has been sent here and is nowhere on the disk. */
export class MemoryBytes implements SoundBytes {
  readonly size: number;

  constructor(private readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }

  /** A view, not a copy. */
  read(position: number, length: number): Buffer {
    const { buffer, byteOffset, byteLength } = this.bytes.subarray(position, position + length);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  readInto(bytes: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + bytes.length);
    bytes.set(part);
    return part.length;
  }

  close(): void {}
}

/** A file's bytes by position: the one way in which the readers touch the disk. */
export class FileBytes implements SoundBytes {
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

  read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - position)));
    return bytes.subarray(0, this.readInto(bytes, position));
  }

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

/** All the bytes, `length` at a time. */
export function* inPieces(bytes: SoundBytes, length: number): Generator<Buffer> {
  for (let position = 0; position < bytes.size; position += length) yield bytes.read(position, length);
}
