// The worker's side of worker-job.ts: runs one task, reports, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { asError, UserError } from '../errors';
import { Cancelled } from './cancelled';
import type { JobOrder, JobReport } from './worker-job';

export interface JobWatch<Progress> {
  onProgress(progress: Progress): void;
  /** Asked now and then; when it says so, the work throws Cancelled. */
  cancelled(): boolean;
}

/** Does the work that this thread was started for. */
export function runJob<Task, Progress, Result>(
  work: (task: Task, watch: JobWatch<Progress>) => Result | Promise<Result>,
): void {
  const { task, cancel } = workerData as JobOrder<Task>;
  const flag = new Int32Array(cancel);
  const report = (message: JobReport<Progress, Result>): void => parentPort?.postMessage(message);
  const watch: JobWatch<Progress> = {
    onProgress: progress => report({ kind: 'progress', progress }),
    cancelled: () => Atomics.load(flag, 0) !== 0,
  };
  const run = async (): Promise<void> => report({ kind: 'done', result: await work(task, watch) });
  run().catch(thrown => {
    if (thrown instanceof Cancelled) return report({ kind: 'cancelled' });
    const error = asError(thrown);
    const code = error instanceof UserError ? error.code : undefined;
    report({ kind: 'failed', code, message: error.message, stack: error.stack });
  });
}
