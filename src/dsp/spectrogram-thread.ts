// Owner of the worker thread that makes spectrograms of long segments. The thread starts with the first request, is
// replaced after it died, and ends with close().
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';
import type { DetailedSpectrogramInfo, SpectrogramSettings } from './spectrogram';
import type { SpectrogramAnswer, SpectrogramRequest } from './spectrogram-worker';

export interface TimedSpectrogram {
  values: Float32Array;
  info: DetailedSpectrogramInfo;
  /** Time the computation took, without the way to the thread and back. */
  milliseconds: number;
}

interface Pending {
  resolve(answer: TimedSpectrogram): void;
  reject(error: Error): void;
}

const WORKER_FILE = join(__dirname, 'spectrogram-worker.js');

/** Samples copied at a time: 1 MiB, well below a millisecond, between turns of the event loop. */
const COPY_SAMPLES = 2 ** 18;

/** Makes one spectrogram after another in a thread of its own. */
export class SpectrogramThread {
  private worker?: Worker;
  private pending?: Pending;
  private closed = false;

  constructor(private readonly workerFile = WORKER_FILE) {}

  /**
   * The spectrogram of a segment, as `Spectrogram.compute`. Ask again only after the answer.
   * @param pcm is copied: its memory may be shared with other messages
   * @throws UserError what `Spectrogram` throws; `thread-failed` where the thread died; `closed` by or after close()
   */
  async compute(settings: SpectrogramSettings, pcm: Float32Array): Promise<TimedSpectrogram> {
    const copy = await copyInTurns(pcm);
    if (this.closed) throw closedError();
    this.worker ??= this.start();
    const { worker } = this;
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.pending = { resolve, reject };
        const request: SpectrogramRequest = { settings, pcm: copy };
        worker.postMessage(request, [copy.buffer]);
      });
    } finally {
      this.pending = undefined;
      // An idle thread does not keep the process alive.
      worker.unref();
    }
  }

  /** Ends the thread, in the middle of a computation too; what was asked for fails with `closed`. */
  async close(): Promise<void> {
    this.closed = true;
    this.pending?.reject(closedError());
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.workerFile);
    worker.on('message', (answer: SpectrogramAnswer) => {
      if ('failure' in answer) this.pending?.reject(errorOf(answer.failure));
      else this.pending?.resolve(answer);
    });
    worker.on('error', error => this.lost(worker, error.message, error));
    worker.on('exit', code => this.lost(worker, `it ended with exit code ${code}`));
    return worker;
  }

  private lost(worker: Worker, why: string, cause?: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const message = `the thread that makes spectrograms failed: ${why}. This segment was left out; the next one gets a new thread.`;
    this.pending?.reject(new UserError('thread-failed', message, { cause }));
  }
}

const closedError = () => new UserError('closed', 'the node was closed before the spectrogram was ready.');

function errorOf({ message, code, stack }: { message: string; code?: string; stack?: string }): Error {
  if (code !== undefined) return new UserError(code, message);
  return Object.assign(new Error(message), { stack });
}

/** A copy with memory of its own, made piece by piece so that an hour of sound does not hold up the event loop. */
async function copyInTurns(pcm: Float32Array): Promise<Float32Array<ArrayBuffer>> {
  const copy = new Float32Array(pcm.length);
  for (let from = 0; from < pcm.length; from += COPY_SAMPLES) {
    if (from > 0) await new Promise(setImmediate);
    copy.set(pcm.subarray(from, from + COPY_SAMPLES), from);
  }
  return copy;
}
