// A training as seen from Node-RED's thread: started, reporting, cancelled, over.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';
import type { FrontEnd } from '../messages';
import type { NetworkOptions } from '../ml/architecture';
import type { TrainingOptions, TrainingProgress } from '../ml/train';
import type { SpoolDescriptor } from '../store/picture-spool';

/** What the worker is given. */
export interface TrainingTask {
  spool: SpoolDescriptor;
  frontEnd: FrontEnd;
  network: NetworkOptions;
  options: TrainingOptions;
  /** Where all models live, and the name of this one. */
  folder: string;
  name: string;
  /** One integer; not 0: please stop. */
  cancel: SharedArrayBuffer;
}

/** `msg.payload` of a model message. */
export interface ModelReport {
  name: string;
  version: number;
  file: string;
  epochs: number;
  loss: number;
  rl: number;
  kl: number;
  /** Reconstruction losses of the training segments. */
  scores: { count: number; mean: number; std: number; min: number; max: number };
  segments: number;
  seconds: number;
  skippedUpdates: number;
}

export type TrainingReport =
  | { kind: 'progress'; progress: TrainingProgress }
  | { kind: 'done'; model: ModelReport }
  | { kind: 'cancelled' }
  | { kind: 'failed'; code?: string; message: string; stack?: string };

/** How long a cancelled training may take to stop by itself before its thread is ended. */
const GRACE_MS = 1000;

export class TrainingJob {
  /** The model, or undefined where the training was cancelled. Rejects where it failed. */
  readonly result: Promise<ModelReport | undefined>;
  private readonly worker: Worker;
  private readonly flag: Int32Array;
  private cancelled = false;

  constructor(task: Omit<TrainingTask, 'cancel'>, onProgress: (progress: TrainingProgress) => void) {
    const cancel = new SharedArrayBuffer(4);
    this.flag = new Int32Array(cancel);
    const workerData: TrainingTask = { ...task, cancel };
    this.worker = new Worker(join(__dirname, 'training-worker.js'), { workerData });
    this.result = new Promise((resolve, reject) => {
      this.worker.on('message', (report: TrainingReport) => {
        if (report.kind === 'progress') onProgress(report.progress);
        else if (report.kind === 'done') resolve(report.model);
        else if (report.kind === 'cancelled') resolve(undefined);
        else reject(failure(report));
      });
      this.worker.on('error', reject);
      this.worker.on('exit', () => {
        if (this.cancelled) resolve(undefined);
        else
          reject(new UserError('training-ended', 'the training thread ended early; nothing was saved. Train again.'));
      });
    });
    // Whoever awaits `result` sees the failure; this keeps one that nobody awaits from ending Node-RED.
    this.result.catch(() => {});
  }

  /** Stops the training; whatever was saved before stays. Resolves when the thread has ended, within about 1 s. */
  async cancel(): Promise<void> {
    this.cancelled = true;
    Atomics.store(this.flag, 0, 1);
    const timer = setTimeout(() => void this.worker.terminate(), GRACE_MS);
    await this.result.catch(() => {});
    clearTimeout(timer);
    await this.worker.terminate();
  }
}

function failure({ code, message, stack }: { code?: string; message: string; stack?: string }): Error {
  if (code) return new UserError(code, message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
