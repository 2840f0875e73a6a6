// One worker thread as its owner sees it: takes one order at a time, dies under it or is ended. It does not keep the
// process alive but while it works.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Command, lostError, type Reply, receivedError } from './protocol';
import type { NamedTask } from './task';

const ENTRY = join(__dirname, 'entry.js');

export interface ThreadOrder {
  task: NamedTask;
  order: unknown;
  /** Memory that goes to the thread for good. */
  transfer?: readonly ArrayBuffer[];
  onEvent?(event: unknown): void;
  /** What to do where the thread dies, for the error. */
  advice: string;
}

export class Thread {
  private readonly worker: Worker;
  private cancel: Int32Array | undefined;
  private settle: { order: ThreadOrder; resolve(answer: unknown): void; reject(error: Error): void } | undefined;
  private dead: { why: string; cause?: Error } | undefined;

  /** @param onEnd is called once, when it has died or was ended */
  constructor(private readonly onEnd: () => void = () => {}) {
    this.worker = new Worker(ENTRY);
    this.worker.on('message', (reply: Reply) => this.receive(reply));
    this.worker.on('error', error => this.lost(error.message, error));
    this.worker.on('exit', code => this.lost(`it ended with exit code ${code}`));
    this.worker.unref();
  }

  get isBusy(): boolean {
    return this.settle !== undefined;
  }

  /**
   * Has an order carried out; only where it is not busy.
   * @throws UserError what the work throws; `thread-failed` where the thread died
   */
  run(order: ThreadOrder): Promise<unknown> {
    const { task, transfer, advice } = order;
    return new Promise((resolve, reject) => {
      if (this.dead) return reject(lostError(task.what, this.dead.why, advice, this.dead.cause));
      const cancel = new SharedArrayBuffer(4);
      this.send({ kind: 'order', task: task.address, order: order.order, cancel }, transfer);
      this.cancel = new Int32Array(cancel);
      this.settle = { order, resolve, reject };
      this.worker.ref();
    });
  }

  /** Asks the work at hand to stop. */
  askToStop(): void {
    if (this.cancel) Atomics.store(this.cancel, 0, 1);
  }

  /** An event of a stream has been read. */
  taken(): void {
    this.send({ kind: 'taken' });
  }

  /** Ends the thread at once, in the middle of its work too, which never comes to an answer. */
  async end(): Promise<void> {
    this.settle = undefined;
    this.lost('it was ended');
    await this.worker.terminate();
  }

  private send(command: Command, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(command, transfer);
  }

  private receive(reply: Reply): void {
    const { settle } = this;
    if (!settle) return;
    if (reply.kind === 'event') {
      settle.order.onEvent?.(reply.event);
      return;
    }
    this.settle = undefined;
    this.cancel = undefined;
    this.worker.unref();
    if (reply.kind === 'answer') settle.resolve(reply.answer);
    else settle.reject(receivedError(reply.error));
  }

  private lost(why: string, cause?: Error): void {
    if (this.dead) return;
    this.dead = { why, cause };
    const { settle } = this;
    this.settle = undefined;
    if (settle) settle.reject(lostError(settle.order.task.what, why, settle.order.advice, cause));
    this.onEnd();
  }
}
