// A long piece of work in a worker thread, as seen from Node-RED's thread: started, reporting, cancelled, over. What the
// thread itself runs is job-thread.ts.

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../error-codes';
import { UserError } from '../errors';

/** What the worker is given: the task, and one integer that is not 0 when it should stop. */
export interface JobOrder<Task> {
  task: Task;
  cancel: SharedArrayBuffer;
}

/** What the worker says. */
export type JobReport<Progress, Result> =
  | { kind: 'progress'; progress: Progress }
  | { kind: 'done'; result: Result }
  | { kind: 'cancelled' }
  | { kind: 'failed'; code?: ErrorCode; message: string; stack?: string };

/** How long a cancelled job may take to stop by itself before its thread is ended. */
const GRACE_MS = 1000;

export class WorkerJob<Task, Progress, Result> {
  /** What the work came to, or undefined where it was cancelled. Rejects where it failed. */
  readonly result: Promise<Result | undefined>;
  private readonly worker: Worker;
  private readonly flag: Int32Array;
  private cancelled = false;

  /**
   * @param file in src/tasks, e.g. 'training-worker.js'; it calls `runJob`
   * @param what the work is called in errors
   */
  constructor(file: string, task: Task, onProgress: (progress: Progress) => void, what = 'training') {
    const cancel = new SharedArrayBuffer(4);
    this.flag = new Int32Array(cancel);
    const workerData: JobOrder<Task> = { task, cancel };
    this.worker = new Worker(join(__dirname, '..', 'tasks', file), { workerData });
    this.result = new Promise((resolve, reject) => {
      this.worker.on('message', (report: JobReport<Progress, Result>) => {
        if (report.kind === 'progress') onProgress(report.progress);
        else if (report.kind === 'done') resolve(report.result);
        else if (report.kind === 'cancelled') resolve(undefined);
        else reject(failure(report));
      });
      this.worker.on('error', reject);
      this.worker.on('exit', () => {
        if (this.cancelled) resolve(undefined);
        else
          reject(
            new UserError(
              'thread-failed',
              `the ${what} thread ended early; nothing was saved. Start the ${what} again.`,
            ),
          );
      });
    });
    // Whoever awaits `result` sees the failure; this keeps one that nobody awaits from ending Node-RED.
    this.result.catch(() => {});
  }

  /** Stops the work; whatever was saved before stays. Resolves when the thread has ended, within about 1 s. */
  async cancel(): Promise<void> {
    this.cancelled = true;
    Atomics.store(this.flag, 0, 1);
    const timer = setTimeout(() => void this.worker.terminate(), GRACE_MS);
    await this.result.catch(() => {});
    clearTimeout(timer);
    await this.worker.terminate();
  }
}

function failure({ code, message, stack }: { code?: ErrorCode; message: string; stack?: string }): Error {
  if (code) return new UserError(code, message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
