// Owner of a worker thread that answers one request after another. The thread starts with the first request, is
// replaced after it died or was cancelled, and ends with close(). The thread's side stands in request-worker.ts.

import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../error-codes';
import { UserError } from '../errors';

/** What the thread sends back. */
export type Reply<Answer> =
  | { answer: Answer }
  /** 0…1 */
  | { progress: number }
  | { failure: { message: string; code?: ErrorCode; stack?: string } };

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  onProgress?: (done: number) => void;
}

export class RequestThread<Request, Answer> {
  private worker?: Worker;
  private pending?: Pending<Answer>;
  private closed = false;

  /**
   * @param task what the thread does, in the words of its errors: 'makes spectrograms'
   * @param isQuiet what the thread writes to the console is for nobody: decoders complain about damaged files there
   */
  constructor(
    private readonly workerFile: string,
    private readonly task: string,
    private readonly isQuiet = false,
  ) {}

  /**
   * Has a request answered. Ask again only after the answer.
   * @param transfer memory that goes to the thread for good
   * @throws UserError what the thread's work throws; `thread-failed` where it died; `cancelled`; `closed`
   */
  async ask(request: Request, transfer: ArrayBuffer[], onProgress?: (done: number) => void): Promise<Answer> {
    if (this.closed) throw closedError();
    this.worker ??= this.start();
    const { worker } = this;
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.pending = { resolve, reject, onProgress };
        worker.postMessage(request, transfer);
      });
    } finally {
      this.pending = undefined;
      // An idle thread does not keep the process alive.
      worker.unref();
    }
  }

  /** Ends what the thread is at; that request fails with `cancelled`, the next one gets a new thread. */
  async cancel(): Promise<void> {
    await this.end(new UserError('cancelled', 'the work was cancelled.'));
  }

  /** Ends the thread, in the middle of a computation too; what was asked for fails with `closed`. */
  async close(): Promise<void> {
    this.closed = true;
    await this.end(closedError());
  }

  private async end(why: UserError): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.pending?.reject(why);
    await worker?.terminate();
  }

  private start(): Worker {
    const { isQuiet } = this;
    const worker = new Worker(this.workerFile, { stdout: isQuiet, stderr: isQuiet });
    if (isQuiet) for (const stream of [worker.stdout, worker.stderr]) stream.resume();
    worker.on('message', (reply: Reply<Answer>) => {
      // The last words of a thread that was cancelled are for nobody.
      if (this.worker !== worker) return;
      if ('failure' in reply) this.pending?.reject(errorOf(reply.failure));
      else if ('progress' in reply) this.pending?.onProgress?.(reply.progress);
      else this.pending?.resolve(reply.answer);
    });
    worker.on('error', error => this.lost(worker, error.message, error));
    worker.on('exit', code => this.lost(worker, `it ended with exit code ${code}`));
    return worker;
  }

  private lost(worker: Worker, why: string, cause?: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const message = `the thread that ${this.task} failed: ${why}. This segment was left out; the next one gets a new thread.`;
    this.pending?.reject(new UserError('thread-failed', message, { cause }));
  }
}

const closedError = () => new UserError('closed', 'the node was closed before the work was done.');

function errorOf({ message, code, stack }: { message: string; code?: ErrorCode; stack?: string }): Error {
  if (code !== undefined) return new UserError(code, message);
  return Object.assign(new Error(message), { stack });
}
