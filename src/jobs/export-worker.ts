// The worker thread of one export: opens the model, writes it in the other format, reports.
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { asError, UserError } from '../errors';
import { exportModel } from '../export/export-model';
import { ExportCancelled } from '../export/pieces';
import { removeLeftovers } from '../store/atomic-file';
import { openModelFile } from '../store/model-file';
import type { ExportOrder, ExportReport } from './export-job';
import { modelFacts } from './model-description';

const order = workerData as ExportOrder;
const cancel = new Int32Array(order.cancel);
const report = (message: ExportReport): void => parentPort?.postMessage(message);

/** The status shows whole percents. */
const STEPS = 100;

function run(): void {
  const { format, file } = order;
  removeLeftovers(dirname(file));
  const model = openModelFile(order.model);
  try {
    const { name, version, architecture, frontEnd, scale } = modelFacts(order.model, model.metadata);
    let told = 0;
    const onProgress = (part: number): void => {
      if (part * STEPS < told + 1) return;
      told = Math.floor(part * STEPS);
      report({ kind: 'progress', part });
    };
    const task = { model, architecture, frontEnd, scale, format, file };
    const { bytes, input, outputs } = exportModel(task, onProgress, () => Atomics.load(cancel, 0) !== 0);
    report({ kind: 'done', exported: { file, format, bytes, input, outputs, name, version } });
  } finally {
    model.close();
  }
}

try {
  run();
} catch (thrown) {
  const error = asError(thrown);
  const code = error instanceof UserError ? error.code : undefined;
  if (error instanceof ExportCancelled) report({ kind: 'cancelled' });
  else report({ kind: 'failed', code, message: error.message, stack: error.stack });
}
