// A long task: a job in a thread of its own, with progress, that can be cancelled.
import { Cancelled } from './cancelled';
import { type NamedTask, Task } from './task';
import { Thread } from './thread';

/** How long a cancelled job may take to stop by itself before its thread is ended. */
const GRACE_MS = 1000;

const ADVICE = 'Nothing was saved; start it again.';

export class LongTask<Order, Result, Progress = never> extends Task<Order, Result, Progress> {
  start(order: Order, onProgress: (progress: Progress) => void = () => {}): Job<Result> {
    return new Job<Result>(this, order, onProgress as (progress: unknown) => void);
  }
}

/** A job that has been started. */
export class Job<Result> {
  /** What the work came to, or undefined where it was cancelled. Rejects where it failed. */
  readonly result: Promise<Result | undefined>;
  private readonly thread = new Thread();
  private readonly cancelled: Promise<undefined>;
  private giveUp!: () => void;

  constructor(task: NamedTask, order: unknown, onEvent: (progress: unknown) => void) {
    this.cancelled = new Promise(resolve => {
      this.giveUp = () => resolve(undefined);
    });
    this.result = this.follow(this.thread.run({ task, order, onEvent, advice: ADVICE }));
    // Who awaits `result` sees the failure; this keeps one that is not awaited from ending Node-RED.
    this.result.catch(() => {});
  }

  /** Stops the work; what was saved before stays. Resolves when the thread has ended, within about 1 s. */
  async cancel(): Promise<void> {
    this.thread.askToStop();
    const timer = setTimeout(this.giveUp, GRACE_MS);
    await this.result.catch(() => {});
    clearTimeout(timer);
    await this.thread.end();
  }

  private async follow(answer: Promise<unknown>): Promise<Result | undefined> {
    try {
      return (await Promise.race([answer, this.cancelled])) as Result | undefined;
    } catch (thrown) {
      if (thrown instanceof Cancelled) return undefined;
      throw thrown;
    } finally {
      // Not waited for: what it came to is known, and the thread does nothing any more.
      void this.thread.end();
    }
  }
}
