// The export of a model in a worker thread: what it is given and what it comes to.
import type { ExportFormat } from '../export/export-model';
import type { Port } from '../export/pieces';
import { WorkerJob } from '../threads/worker-job';

export interface ExportTask {
  /** The model file. */
  model: string;
  format: ExportFormat;
  /** Where to; an older file there is replaced. */
  file: string;
}

/** `msg.payload` of an export message. */
export interface ExportReport {
  /** Of the model. */
  name: string;
  version: number;
  format: ExportFormat;
  file: string;
  bytes: number;
  /** What goes in and comes out where the file is run; absent where it holds weights only. */
  input?: Port;
  outputs?: readonly Port[];
}

/** Progress is the part that is written, 0 … 1. */
export class ExportJob extends WorkerJob<ExportTask, number, ExportReport> {
  constructor(task: ExportTask, onProgress: (part: number) => void) {
    super('export-worker.js', task, onProgress, 'export');
  }
}
