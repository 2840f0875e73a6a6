// What a worker thread reads, event by event. The reader pulls: the worker reads a few events ahead and then waits, so
// neither memory nor the event loop depends on how much there is to read. The thread's side is pull-worker.ts.
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';
import type { PullMessage } from './pull-worker';

/** One pass; iterate over it once, and `close` it when done with it, early or not. */
export class PullReader<Event> implements AsyncIterable<Event> {
  private readonly worker: Worker;
  private readonly events: Event[] = [];
  private outcome: { error?: Error } | undefined;
  private wake: (() => void) | undefined;

  /** @param workerFile calls `servePull` @param workerData what it is given to read */
  constructor(workerFile: string, workerData: unknown) {
    // Decoders write about damaged files to the console by the line; the pass tells what matters.
    this.worker = new Worker(workerFile, { workerData, stdout: true, stderr: true });
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    this.worker.on('message', (message: PullMessage<Event>) => this.receive(message));
    this.worker.on('error', error => this.finish(error));
    this.worker.on('exit', code => {
      this.finish(code === 0 ? undefined : new Error(`The thread that reads files ended with code ${code}.`));
    });
  }

  /** @throws UserError what the thread's reading throws */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
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

  private receive(message: PullMessage<Event>): void {
    if ('event' in message) {
      if (this.outcome) return;
      this.events.push(message.event);
      this.wake?.();
    } else if ('failed' in message) {
      const { code, text } = message.failed;
      this.finish(code ? new UserError(code, text) : new Error(text));
    } else this.finish();
  }

  private finish(error?: Error): void {
    this.outcome ??= { error };
    this.wake?.();
  }
}
