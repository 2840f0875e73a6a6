// The export of a model in a thread of its own: opens it, writes it in the other format, reports.
import { openPart } from '../detectors/parts';
import { modelFacts } from '../detectors/vae/model-description';
import { type ExportFormat, exportModel } from '../export/export-model';
import type { Port } from '../export/pieces';
import { openModelFile } from '../store/model-file';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

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

/** Progress is the part that is written, 0…1. */
export const exportTask = new LongTask<ExportTask, ExportReport, number>({
  file: __filename,
  name: 'exportTask',
  what: 'exports the model',
  load: async () => run,
});

function run({ model: modelFile, format, file }: ExportTask, { tell, cancelled }: Watch<number>): ExportReport {
  const opened = openModelFile(modelFile);
  try {
    const { name, version, architecture, frontEnd, scale } = modelFacts(modelFile, opened.metadata);
    const model = openPart('vae', opened);
    let percent = 0;
    // Not more often than anybody can see.
    const tellPercent = (part: number): void => {
      if (Math.floor(part * 100) === percent) return;
      percent = Math.floor(part * 100);
      tell(part);
    };
    const order = { model, architecture, frontEnd, scale, format, file };
    return { name, version, format, file, ...exportModel(order, tellPercent, cancelled) };
  } finally {
    opened.close();
  }
}
