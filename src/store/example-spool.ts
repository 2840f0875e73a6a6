// The examples collected for a training: the first in shared memory, the rest in a file in the model's folder, so that
// memory stays bounded however long someone records. Written in order from the main thread (ExampleSpool), read in a
// worker thread (SpoolReader).
import { closeSync, openSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../files/folder';
import { removeLeftovers, temporaryName } from '../files/temporary';
import { writeAdvice } from '../files/write-advice';
import { Turns } from '../turns';
import { bytesOf, readFully } from './safetensors';

export interface SpoolOptions {
  /** Where the spool file goes when it is needed; made when missing. */
  folder: string;
  /** Values per example, the same for all. */
  exampleLength: number;
  /** How much may stay in memory; the rest goes to the file. */
  memoryLimitBytes?: number;
  /** How much may wait to be written; more is refused. */
  queueLimitBytes?: number;
}

/** What a worker needs to read the examples; can be posted to it. */
export interface SpoolDescriptor {
  exampleLength: number;
  count: number;
  /** How many of them are in memory. */
  memoryCount: number;
  examplesPerChunk: number;
  chunks: SharedArrayBuffer[];
  /** Holds the examples from `memoryCount` on, float32 in the machine's byte order, one after the other. */
  file?: string;
}

const DEFAULT_MEMORY_LIMIT_BYTES = 64 << 20;
const DEFAULT_QUEUE_LIMIT_BYTES = 32 << 20;
const CHUNK_BYTES = 4 << 20;
const FLOAT_BYTES = 4;

export class ExampleSpool {
  readonly exampleLength: number;
  private readonly folder: string;
  private readonly exampleBytes: number;
  private readonly memoryCapacity: number;
  private readonly examplesPerChunk: number;
  private readonly queueLimitBytes: number;
  private readonly chunks: SharedArrayBuffer[] = [];
  private memoryCount = 0;
  private fileCount = 0;
  private refused = 0;
  private file: string | undefined;
  private handle: FileHandle | undefined;
  private readonly turns = new Turns();
  private queuedBytes = 0;
  private discarded = false;

  constructor(options: SpoolOptions) {
    const { folder, exampleLength } = options;
    if (!Number.isSafeInteger(exampleLength) || exampleLength < 1) {
      throw new RangeError(`exampleLength is ${exampleLength}; expected a whole number from 1`);
    }
    this.folder = folder;
    this.exampleLength = exampleLength;
    this.exampleBytes = exampleLength * FLOAT_BYTES;
    this.memoryCapacity = Math.floor((options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES) / this.exampleBytes);
    this.examplesPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / this.exampleBytes));
    this.queueLimitBytes = options.queueLimitBytes ?? DEFAULT_QUEUE_LIMIT_BYTES;
    removeLeftovers(folder);
  }

  /** Examples that are safely in memory or in the file. */
  get count(): number {
    return this.memoryCount + this.fileCount;
  }

  /** Examples that could not be taken: the disk was full, or too slow. */
  get dropped(): number {
    return this.refused;
  }

  /**
   * Adds an example. While there is room in memory it is there on return; after that a promise says when it is in the
   * file. `values` must not change before that.
   * @throws UserError (or the promise rejects with) `other-settings`, `overload` where the disk cannot keep up,
   *   `spool-write` where it is full; the examples so far are kept
   */
  append(values: Float32Array): void | Promise<void> {
    if (values.length !== this.exampleLength) {
      throw new UserError(
        'other-settings',
        `the spectrogram has ${values.length} values; expected ${this.exampleLength} like the spectrograms before it. Send msg.reset to start again with another size.`,
      );
    }
    if (this.discarded) throw new Error('the spool was discarded');
    // Once one example went to the file, all later ones do: their order is their number.
    if (this.memoryCount < this.memoryCapacity) return this.appendToMemory(values);
    return this.appendToFile(values);
  }

  private appendToMemory(values: Float32Array): void {
    const index = this.memoryCount % this.examplesPerChunk;
    if (index === 0) {
      const examples = Math.min(this.examplesPerChunk, this.memoryCapacity - this.memoryCount);
      this.chunks.push(new SharedArrayBuffer(examples * this.exampleBytes));
    }
    new Float32Array(this.chunks.at(-1)!).set(values, index * this.exampleLength);
    this.memoryCount++;
  }

  private appendToFile(values: Float32Array): Promise<void> {
    if (this.queuedBytes + this.exampleBytes > this.queueLimitBytes) {
      this.refused++;
      throw new UserError(
        'overload',
        `the disk of ${this.folder} is too slow: ${Math.round(this.queuedBytes / 1e6)} MB wait to be written, so this spectrogram was left out (${this.refused} so far). Send segments more slowly or use a faster disk.`,
      );
    }
    this.queuedBytes += this.exampleBytes;
    return this.turns.take(async () => {
      try {
        await this.write(values);
      } catch (thrown) {
        this.refused++;
        throw thrown;
      } finally {
        this.queuedBytes -= this.exampleBytes;
      }
    });
  }

  /** Writes at the place of the next example, so that what a failed write left is written over. */
  private async write(values: Float32Array): Promise<void> {
    try {
      this.handle ??= await this.openFile();
      const bytes = bytesOf(values);
      let done = 0;
      while (done < bytes.length) {
        const position = this.fileCount * this.exampleBytes + done;
        done += (await this.handle.write(bytes, done, bytes.length - done, position)).bytesWritten;
      }
      this.fileCount++;
    } catch (thrown) {
      throw new UserError(
        'spool-write',
        `the spectrogram could not be kept: ${(thrown as Error).message} in ${this.folder}. The ${this.count} spectrograms so far are kept. ${writeAdvice(thrown)}, or train with what there is.`,
        { cause: thrown },
      );
    }
  }

  private async openFile(): Promise<FileHandle> {
    makeFolder(this.folder);
    const file = join(this.folder, temporaryName('spool'));
    const handle = await open(file, 'wx');
    this.file = file;
    return handle;
  }

  /** Resolves when all examples given so far have been written or refused. */
  flush(): Promise<void> {
    return this.turns.over();
  }

  /** The examples so far, for a SpoolReader. `flush` first, so that none is on its way. */
  descriptor(): SpoolDescriptor {
    return {
      exampleLength: this.exampleLength,
      count: this.count,
      memoryCount: this.memoryCount,
      examplesPerChunk: this.examplesPerChunk,
      chunks: [...this.chunks],
      file: this.file,
    };
  }

  /** Forgets all examples and removes the file. Readers must be closed before. */
  async discard(): Promise<void> {
    this.discarded = true;
    await this.turns.over();
    this.chunks.length = 0;
    this.memoryCount = 0;
    this.fileCount = 0;
    const { handle, file } = this;
    this.handle = undefined;
    this.file = undefined;
    await handle?.close();
    if (file) await rm(file, { force: true });
  }
}

/** Reads the examples of a spool in any order. Synchronous: for a worker thread. */
export class SpoolReader {
  readonly count: number;
  readonly exampleLength: number;
  private readonly chunks: Float32Array[];
  private readonly buffer: Float32Array;
  private fd: number | undefined;

  /** @throws UserError `spool-read` where the file cannot be opened */
  constructor(private readonly descriptor: SpoolDescriptor) {
    const { count, exampleLength, memoryCount, chunks, file } = descriptor;
    this.count = count;
    this.exampleLength = exampleLength;
    this.chunks = chunks.map(chunk => new Float32Array(chunk));
    this.buffer = new Float32Array(count > memoryCount ? exampleLength : 0);
    if (count > memoryCount) {
      try {
        this.fd = openSync(file ?? '', 'r');
      } catch (thrown) {
        throw this.unreadable((thrown as Error).message, thrown);
      }
    }
  }

  /**
   * Copies example `index` to `into`, from `offset` on.
   * @throws RangeError where the index is out of range; UserError `spool-read` where the file was cut short or removed
   */
  read(index: number, into: Float32Array, offset = 0): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new RangeError(`spectrogram ${index} of ${this.count}`);
    }
    const { memoryCount, examplesPerChunk } = this.descriptor;
    if (index < memoryCount) {
      const start = (index % examplesPerChunk) * this.exampleLength;
      const chunk = this.chunks[Math.floor(index / examplesPerChunk)];
      into.set(chunk.subarray(start, start + this.exampleLength), offset);
      return;
    }
    this.readFromFile(index - memoryCount);
    into.set(this.buffer, offset);
  }

  private readFromFile(index: number): void {
    if (this.fd === undefined) throw new Error('the spool reader is closed');
    let whole: boolean;
    try {
      whole = readFully(this.fd, bytesOf(this.buffer), index * this.buffer.byteLength);
    } catch (thrown) {
      throw this.unreadable((thrown as Error).message, thrown);
    }
    if (!whole) throw this.unreadable(`it ends before spectrogram ${index}`);
  }

  private unreadable(problem: string, cause?: unknown): UserError {
    return new UserError(
      'spool-read',
      `The collected spectrograms in ${this.descriptor.file} cannot be read: ${problem}. Collect them and train again.`,
      { cause },
    );
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
