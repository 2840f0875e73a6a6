// Reads a folder of sounds in a worker thread. The reader pulls: the worker decodes a few segments ahead and then
// waits, so neither memory nor the event loop depends on how long the files are.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';
import type { WorkerMessage } from './file-worker';
import type { PassEvent, PassOptions } from './folder-pass';

/** One pass; iterate over it once, and `close` it when done with it, early or not. */
export class FolderReader implements AsyncIterable<PassEvent> {
  private readonly worker: Worker;
  private readonly events: PassEvent[] = [];
  private outcome: { error?: Error } | undefined;
  private wake: (() => void) | undefined;

  constructor(options: PassOptions) {
    // Decoders write about damaged files to the console by the line; the pass tells what matters.
    this.worker = new Worker(join(__dirname, 'file-worker.js'), { workerData: options, stdout: true, stderr: true });
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    this.worker.on('message', (message: WorkerMessage) => this.receive(message));
    this.worker.on('error', error => this.finish(error));
    this.worker.on('exit', code => {
      this.finish(code === 0 ? undefined : new Error(`The thread that reads sound files ended with code ${code}.`));
    });
  }

  /** @throws UserError `folder` or `no-sound` as `readPass` */
  async *[Symbol.asyncIterator](): AsyncGenerator<PassEvent, void> {
    for (;;) {
      const event = this.events.shift();
      if (event) {
        this.worker.postMessage('taken');
        yield event;
      } else if (this.outcome) {
        if (this.outcome.error) throw this.outcome.error;
        return;
      } else {
        await new Promise<void>(resolve => (this.wake = resolve));
      }
    }
  }

  /** Ends the worker at once, in the middle of a file too; the iteration ends with it. */
  async close(): Promise<void> {
    this.events.length = 0;
    this.finish();
    await this.worker.terminate();
  }

  private receive(message: WorkerMessage): void {
    if (message.type === 'end') this.finish();
    else if (message.type === 'failed') {
      this.finish(message.code ? new UserError(message.code, message.message) : new Error(message.message));
    } else if (!this.outcome) {
      this.events.push(message);
      this.wake?.();
    }
  }

  private finish(error?: Error): void {
    this.outcome ??= { error };
    this.wake?.();
  }
}
