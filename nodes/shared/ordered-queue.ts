// Work that must stay in the order of its messages: one job at a time, a bounded number waiting. Where more arrives
// than can be done, the oldest waiting job is given up, counted, and its caller told.
import { UserError } from '../../src/errors';

export interface QueueLimits {
  /** Jobs that may wait beside the running one. */
  jobs: number;
  /** Bytes the waiting jobs may hold together; one may wait whatever its size. */
  bytes: number;
}

interface Waiting {
  run: () => Promise<void>;
  bytes: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

const MEBIBYTE = 2 ** 20;

export class OrderedQueue {
  /** Jobs given up because too many waited. */
  dropped = 0;
  private readonly waiting: Waiting[] = [];
  private bytes = 0;
  private running = false;
  protected closed = false;

  /** @param what names a job in the error, e.g. 'segment' */
  constructor(
    private readonly limits: QueueLimits,
    private readonly what: string,
  ) {}

  /** Nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.running;
  }

  /** Jobs that wait beside the running one. */
  get length(): number {
    return this.waiting.length;
  }

  /**
   * Runs a job after all earlier ones.
   * @returns resolves when the job is done, or was given up by close(); rejects with the job's own error
   * @throws UserError `overload` where the job was given up for newer ones
   */
  add(bytes: number, run: () => Promise<void>): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.push({ run, bytes, resolve, reject });
      this.bytes += bytes;
      if (this.running) this.giveUpOldest();
      else void this.work();
    });
  }

  /** Gives up what waits, and takes no more. */
  close(): void {
    this.closed = true;
    this.clear();
  }

  /** Gives up what waits. The running job is its owner's to end. */
  clear(): void {
    for (const { resolve } of this.waiting.splice(0)) resolve();
    this.bytes = 0;
  }

  private async work(): Promise<void> {
    this.running = true;
    for (let job = this.take(); job; job = this.take()) {
      try {
        await job.run();
        job.resolve();
      } catch (thrown) {
        job.reject(thrown as Error);
      }
    }
    this.running = false;
  }

  private take(): Waiting | undefined {
    const job = this.waiting.shift();
    if (job) this.bytes -= job.bytes;
    return job;
  }

  private giveUpOldest(): void {
    const { jobs, bytes } = this.limits;
    while (this.waiting.length > jobs || (this.bytes > bytes && this.waiting.length > 1)) {
      const job = this.take() as Waiting;
      this.dropped++;
      job.reject(
        new UserError(
          'overload',
          `this ${this.what} was left out: newer ones arrived faster than they could be worked on (at most ${jobs} or ${Math.round(
            bytes / MEBIBYTE,
          )} MiB wait; ${this.dropped} left out so far). Send fewer or shorter ones, or slow the source down.`,
        ),
      );
    }
  }
}
