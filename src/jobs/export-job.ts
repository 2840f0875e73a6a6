// An export as seen from Node-RED's thread: started, reporting, cancelled, over.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors';
import type { ExportFormat } from '../export/export-model';
import type { Port } from '../export/pieces';

/** What the worker is given. */
export interface ExportOrder {
  /** The model file. */
  model: string;
  format: ExportFormat;
  /** Where to. */
  file: string;
  /** One integer; not 0: please stop. */
  cancel: SharedArrayBuffer;
}

/** What was written. */
export interface Exported {
  file: string;
  format: ExportFormat;
  bytes: number;
  /** What goes in and comes out where the file is run; absent where it holds weights only. */
  input?: Port;
  outputs?: readonly Port[];
  /** Of the model. */
  name: string;
  version: number;
}

export type ExportReport =
  | { kind: 'progress'; part: number }
  | { kind: 'done'; exported: Exported }
  | { kind: 'cancelled' }
  | { kind: 'failed'; code?: string; message: string; stack?: string };

export class ExportJob {
  /** What was written, or undefined where the export was cancelled. Rejects where it failed. */
  readonly result: Promise<Exported | undefined>;
  private readonly worker: Worker;
  private readonly flag: Int32Array;

  /** @param onProgress hears which part is written, 0 … 1 */
  constructor(order: Omit<ExportOrder, 'cancel'>, onProgress: (part: number) => void) {
    const cancel = new SharedArrayBuffer(4);
    this.flag = new Int32Array(cancel);
    const workerData: ExportOrder = { ...order, cancel };
    this.worker = new Worker(join(__dirname, 'export-worker.js'), { workerData });
    this.result = new Promise((resolve, reject) => {
      this.worker.on('message', (report: ExportReport) => {
        if (report.kind === 'progress') onProgress(report.part);
        else if (report.kind === 'done') resolve(report.exported);
        else if (report.kind === 'cancelled') resolve(undefined);
        else reject(failure(report));
      });
      this.worker.on('error', reject);
      this.worker.on('exit', () =>
        reject(new UserError('export-ended', 'the export thread ended early; nothing was written. Export again.')),
      );
    });
    // Whoever awaits `result` sees the failure; this keeps one that nobody awaits from ending Node-RED.
    this.result.catch(() => {});
  }

  /** Stops the export before its next write, so that it can clear up behind itself. */
  async cancel(): Promise<void> {
    Atomics.store(this.flag, 0, 1);
    await this.result.catch(() => {});
  }
}

function failure({ code, message, stack }: { code?: string; message: string; stack?: string }): Error {
  if (code) return new UserError(code, message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
