// What an exported file is made of: bytes at hand, and constants of the network that are read from the model file only
// when their turn comes. So a file of hundreds of megabytes takes a few in memory.
import { fdatasyncSync } from 'node:fs';
import { writeFully } from '../store/safetensors';
import { Cancelled } from '../threads/cancelled';

/** A tensor of the file: its shape and size are known at once, its values are fetched when it is written. */
export interface Constant {
  readonly type: 'float32' | 'int32' | 'int64';
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Writes the values, little-endian and row-major, from `position` on. */
  write(out: Output, position: number): void;
}

export type Piece = Uint8Array | Constant;

/** A named tensor that goes in or comes out. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A file that is ready to be written. */
export interface ExportedFile {
  readonly pieces: readonly Piece[];
  /** What goes in and comes out where it is run; absent where it holds nothing but weights. */
  readonly input?: Port;
  readonly outputs?: readonly Port[];
}

export const bytesIn = (piece: Piece): number => (piece instanceof Uint8Array ? piece.length : piece.bytes);

/**
 * The disk is made to keep up in steps of so much: then progress is that of the disk, and neither the end nor a
 * cancellation waits for a slow card to take hundreds of megabytes.
 */
const FLUSH_BYTES = 8 * 2 ** 20;

/** A file being written. */
export class Output {
  private written = 0;
  private flushed = 0;

  /**
   * @param onWritten hears how many bytes are written by now
   * @param cancelled asked before each write
   */
  constructor(
    private readonly fd: number,
    private readonly onWritten: (bytes: number) => void,
    private readonly cancelled: () => boolean,
  ) {}

  /** @throws Cancelled */
  put(bytes: Uint8Array, position: number): void {
    if (this.cancelled()) throw new Cancelled();
    writeFully(this.fd, bytes, position);
    this.written += bytes.length;
    if (this.written - this.flushed >= FLUSH_BYTES) {
      fdatasyncSync(this.fd);
      this.flushed = this.written;
    }
    this.onWritten(this.written);
  }
}

/** Writes the pieces one after the other; bytes at hand that follow each other in one go. */
export function writePieces(pieces: readonly Piece[], out: Output): void {
  let position = 0;
  let waiting: Uint8Array[] = [];
  const flush = (): void => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    out.put(bytes, position);
    position += bytes.length;
  };
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      waiting.push(piece);
      continue;
    }
    flush();
    piece.write(out, position);
    position += piece.bytes;
  }
  flush();
}
