// The worker thread of one export: opens the model, writes it in the other format, reports.
import { dirname } from 'node:path';
import { modelFacts } from '../detectors/vae/model-description';
import { exportModel } from '../export/export-model';
import { removeLeftovers } from '../store/atomic-file';
import { openModelFile } from '../store/model-file';
import { type JobWatch, runJob } from '../threads/job-thread';
import type { ExportReport, ExportTask } from './export-job';

function run(
  { model: modelFile, format, file }: ExportTask,
  { onProgress, cancelled }: JobWatch<number>,
): ExportReport {
  removeLeftovers(dirname(file));
  const model = openModelFile(modelFile);
  try {
    const { name, version, architecture, frontEnd, scale } = modelFacts(modelFile, model.metadata);
    let percent = 0;
    // Not more often than anybody can see.
    const tell = (part: number): void => {
      if (Math.floor(part * 100) === percent) return;
      percent = Math.floor(part * 100);
      onProgress(part);
    };
    const order = { model, architecture, frontEnd, scale, format, file };
    return { name, version, format, file, ...exportModel(order, tell, cancelled) };
  } finally {
    model.close();
  }
}

runJob(run);
