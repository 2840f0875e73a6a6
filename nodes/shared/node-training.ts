// The training of a node: in a worker thread, one at a time, ended by msg.stop and with the node.
import type { WorkerJob } from '../../src/threads/worker-job';
import type { Status } from './shell';

/** What comes behind a training; nothing of it but `tidy` where the node has been closed. */
export interface Ending<Result> {
  /** What this throws has `failed`, too. */
  done(result: Result): void;
  cancelled(): void;
  failed(thrown: unknown): void;
  /** In the end, however it ended. */
  tidy?(): void | Promise<void>;
}

export class NodeTraining<Result> {
  private job: Pick<WorkerJob<unknown, unknown, Result>, 'result' | 'cancel'> | undefined;
  private over: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly status: Status) {}

  get isRunning(): boolean {
    return this.job !== undefined;
  }

  /** Whether the node has gone: nothing is to be told or sent any more. */
  get isClosed(): boolean {
    return this.closed;
  }

  start(job: Pick<WorkerJob<unknown, unknown, Result>, 'result' | 'cancel'>, ending: Ending<Result>): void {
    this.job = job;
    this.over = this.follow(job.result, ending).finally(() => {
      this.job = undefined;
      this.over = undefined;
      return ending.tidy?.();
    });
  }

  /** Resolves when the training and what comes behind it are over. */
  async ended(): Promise<void> {
    await this.over;
  }

  async stop(): Promise<void> {
    if (!this.job) return this.status.idle('nothing to stop');
    this.status.busy('stopping');
    await this.job.cancel();
    await this.over;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.job?.cancel();
    await this.over;
  }

  private async follow(result: Promise<Result | undefined>, ending: Ending<Result>): Promise<void> {
    try {
      const outcome = await result;
      if (this.closed) return;
      if (outcome) ending.done(outcome);
      else ending.cancelled();
    } catch (thrown) {
      if (!this.closed) ending.failed(thrown);
    }
  }
}
