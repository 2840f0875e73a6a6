// The model-export node: at any message, writes the newest version of a model as a file for other programs. The work is
// done in a worker thread, one export after the other.
import { join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { UserError } from '../../src/errors';
import type { ExportFormat } from '../../src/export/export-model';
import type { Message } from '../../src/messages';
import { safeFolderName } from '../../src/store/model-store';
import { type ExportReport, exportTask } from '../../src/tasks/export';
import type { Job } from '../../src/threads/long-task';
import { type AudioModel, audioModelOf, type ModelSummary } from '../shared/audio-model-node';
import { resolveFolder } from '../shared/folders';
import { OrderedQueue } from '../shared/ordered-queue';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';

interface Config {
  model: string;
  format: ExportFormat;
  folder: string;
}

/** Exports that may wait; a message holds next to nothing. */
const QUEUE = { jobs: 16, bytes: Number.POSITIVE_INFINITY };

function read(def: NodeDef, RED: NodeAPI): Config {
  const { model, format, folder } = readFields(fields, def);
  return { model, format, folder: resolveFolder(RED, folder) };
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toPrecision(3)} MB`;

class Exporter implements Handlers {
  private readonly model: AudioModel;
  private readonly stopListening: () => void;
  private readonly queue = new OrderedQueue(QUEUE, 'export');
  private job: Job<ExportReport> | undefined;

  constructor(private readonly shell: Shell<Config>) {
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.model);
    const show = (summary?: ModelSummary): void => {
      if (!this.queue.idle) return;
      shell.status.idle(summary ? `${summary.name} v${summary.version} ready` : 'not trained yet');
    };
    this.stopListening = this.model.onVersion(show);
    show(this.model.summary());
  }

  async input(msg: Message, send: Send): Promise<void> {
    await this.queue.add(0, async () => {
      const report = await this.export();
      if (report) send({ ...msg, payload: report, filename: report.file });
    });
  }

  async close(): Promise<void> {
    this.stopListening();
    this.queue.close();
    await this.job?.cancel();
  }

  /** Undefined where the node was closed meanwhile. */
  private async export(): Promise<ExportReport | undefined> {
    const { status, config } = this.shell;
    const { version, file: model } = this.trained();
    const name = `${safeFolderName(this.model.modelName)}-v${String(version).padStart(4, '0')}`;
    const file = join(config.folder, `${name}.${config.format}`);
    status.busy(`exporting v${version}`);
    const onProgress = (part: number): void => status.busy(`exporting v${version} · ${Math.floor(part * 100)} %`);
    this.job = exportTask.start({ model, format: config.format, file }, onProgress);
    const report = await this.job.result;
    if (report) status.ok(`v${version} · ${config.format} · ${inMegabytes(report.bytes)}`);
    return report;
  }

  private trained(): ModelSummary {
    const summary = this.model.summary();
    if (summary) return summary;
    throw new UserError(
      'not-trained',
      `model "${this.model.modelName}" has not been trained yet, so there is nothing to export; train it with a vae-train node first.`,
    );
  }
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, { type: 'model-export', read, start: shell => new Exporter(shell) });
};
