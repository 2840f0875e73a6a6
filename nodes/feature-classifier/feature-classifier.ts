// The feature-classifier node: learns from labelled features which class they belong to, in a worker thread, and then
// tells the class of new ones.
import type { NodeAPI, NodeDef } from 'node-red';
import type { FeatureClassifier } from '../../src/detectors/features/classifier';
import { loadClassifier } from '../../src/detectors/features/classifier-file';
import { FeatureCollector } from '../../src/detectors/features/feature-table';
import type { ClassifierOptions, ClassifierProgress } from '../../src/detectors/features/train-classifier';
import { describeValue, UserError } from '../../src/errors';
import type { Message } from '../../src/messages';
import { ModelStore } from '../../src/store/model-store';
import { NewestModel } from '../../src/store/newest-model';
import { classifierTask, type SavedClassifierReport } from '../../src/tasks/classifier-training';
import { carryOn, inSeconds, isLast, percent } from '../shared/collecting';
import { resolveFolder } from '../shared/folders';
import { endOfPass, isPassEnd } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { registerNode, type Send, type Shell } from '../shared/shell';
import { StatusPace } from '../shared/status-pace';
import { type Learner, Trainer, type Training } from '../shared/trainer';
import { lockForTraining } from '../shared/training-lock';
import { fields } from './fields';

/** Rows of one message that are taken in at a time, between turns of the event loop. */
const ROWS_A_TURN = 2000;

interface Settings extends Pick<Config<typeof fields>, 'mode' | 'classifier' | 'labels' | 'features' | 'labelColumn'> {
  /** Where all classifiers live. */
  folder: string;
  options: ClassifierOptions;
}

function read(def: NodeDef, RED: NodeAPI): Settings {
  const { name, folder, mode, classifier, labels, features, labelColumn, ...options } = readFields(fields, def);
  return { mode, classifier, labels, features, labelColumn, folder: resolveFolder(RED, folder), options };
}

type Payload = Record<string, unknown>;

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);

class ClassifierLearner implements Learner<ClassifierProgress, SavedClassifierReport> {
  readonly trainer: Trainer<ClassifierProgress, SavedClassifierReport>;
  private readonly store: ModelStore;
  private readonly newest: NewestModel<{ version: number; classifier: FeatureClassifier }>;
  private collector: FeatureCollector;
  /** Whether rows are examples now, or to be classified. */
  private collecting: boolean;
  private readonly pace = new StatusPace();

  constructor(private readonly shell: Shell<Settings>) {
    const { config, node } = shell;
    this.trainer = new Trainer(shell, this);
    this.collector = new FeatureCollector(config.features);
    this.store = new ModelStore(config.folder, config.classifier);
    this.newest = new NewestModel(this.store, {
      // Classifier files have some thousand bytes.
      load: ({ file, metadata }) => ({ version: metadata.version, classifier: loadClassifier(file) }),
      warn: text => node.warn(text),
      changed: () => this.versionChanged(),
    });
    this.collecting = this.collectsAtFirst();
    this.showReady();
  }

  carries({ payload }: Message): boolean {
    return Array.isArray(payload) || (isObject(payload) && Object.keys(payload).length > 0);
  }

  collects(): boolean {
    return this.collecting;
  }

  /** A table comes whole in one message. */
  isReady(msg: Message): boolean {
    return isLast(msg) || Array.isArray(msg.payload);
  }

  close(): void {
    this.newest.close();
  }

  private collectsAtFirst(): boolean {
    const { mode } = this.shell.config;
    return mode === 'train' || (mode === 'auto' && !this.newest.current);
  }

  forget(): void {
    this.collector = new FeatureCollector(this.shell.config.features);
    this.collecting = this.shell.config.mode !== 'classify';
    this.showReady();
  }

  answer(msg: Message, send: Send): void {
    try {
      if (isPassEnd(msg)) send([msg, null]);
      else this.classify(msg, send);
    } catch (thrown) {
      if (isLast(msg)) send([endOfPass(msg), null]);
      throw thrown;
    }
  }

  private classify(msg: Message, send: Send): void {
    const { payload } = msg;
    // Another node may have trained it just now, and the folder's watch not told yet.
    if (!this.newest.current) this.newest.refresh();
    const { current } = this.newest;
    if (!current) {
      throw new UserError(
        'not-trained',
        this.trainer.isTraining
          ? 'the classifier is being trained; features can be classified when that is done.'
          : `the classifier "${this.shell.config.classifier}" has not been trained yet; send it labelled features first, the last with msg.complete.`,
      );
    }
    if (!isObject(payload)) throw notFeatures(payload);
    const { label, probabilities } = current.classifier.classify(payload);
    send([{ ...msg, payload: label, class: label, probabilities }, null]);
    this.showNow(() => this.shell.status.ok(`${label} · ${percent(probabilities[label])}`));
  }

  async collect(msg: Message): Promise<void> {
    const { payload } = msg;
    if (!Array.isArray(payload)) this.add(payload, msg);
    else {
      for (const [i, row] of payload.entries()) {
        if (i > 0 && i % ROWS_A_TURN === 0) await new Promise(setImmediate);
        this.add(row, msg);
      }
    }
    const { count, classCount } = this.collector;
    this.showNow(() => {
      const classes = `${classCount} ${classCount === 1 ? 'class' : 'classes'}`;
      if (!this.trainer.isTraining) this.shell.status.idle(`collected ${count} · ${classes}`);
    });
  }

  private add(row: unknown, msg: Message): void {
    if (!isObject(row)) throw notFeatures(row);
    const { labels, features, labelColumn } = this.shell.config;
    const label = labelOf(row, msg, labelColumn);
    if (labels.length > 0 && !labels.includes(label)) return;
    // A CSV's file name is that of the table: what its rows were recorded in is not known.
    const fromSound = msg.features !== undefined;
    const { [labelColumn]: _, ...columns } = row;
    this.collector.add(features.length > 0 ? row : columns, {
      label,
      file: fromSound ? msg.filename : undefined,
      seconds: msg.features?.seconds,
    });
  }

  async prepare(msg: Message, signal: AbortSignal): Promise<Training<ClassifierProgress, SavedClassifierReport>> {
    const { shell, collector } = this;
    const { folder, classifier: name, labels, features, options, mode } = shell.config;
    if (collector.count === 0) {
      throw new UserError(
        'too-few-examples',
        `no examples were collected${labels.length > 0 ? ` of the classes ${labels.join(', ')}` : ''}; expected features with a label each. Check that they arrive here.`,
      );
    }
    const task = { table: collector.table(labels), options, folder, name };
    const unlock = await lockForTraining(shell, this.store, signal);
    this.collector = new FeatureCollector(features);
    if (mode === 'auto') this.collecting = false;
    return {
      text: `training on ${collector.count}`,
      start: onProgress => classifierTask.start(task, onProgress),
      done: report => this.finish(report, msg),
      tidy: unlock,
    };
  }

  private finish(report: SavedClassifierReport, msg: Message): void {
    const { status, send } = this.shell;
    this.pace.startOver();
    this.newest.refresh();
    status.ok(`trained v${report.version} · ${percent(report.accuracy)} of ${report.rows.test} right`);
    send([null, { ...carryOn(msg), topic: 'report', payload: { kind: 'classification', ...report } }]);
  }

  /** Without a new version things are as they were before the training. */
  cancelled(): void {
    this.failed();
    this.shell.status.idle('cancelled');
  }

  failed(): void {
    this.collecting = this.collectsAtFirst();
  }

  tell({ phase, trial, trials, epoch, bestAccuracy, secondsLeft }: ClassifierProgress): void {
    const { status } = this.shell;
    const best = bestAccuracy > 0 ? ` · ${percent(bestAccuracy)}` : '';
    if (phase === 'training') status.busy(`training the best · epoch ${epoch}`);
    else status.busy(`search ${trial}/${trials}${best} · ${inSeconds(secondsLeft)}`);
  }

  /** A version was trained, here or by another node, or has gone. */
  private versionChanged(): void {
    if (this.trainer.isTraining) return;
    if (this.collector.count === 0) this.collecting = this.collectsAtFirst();
    this.showReady();
  }

  private showReady(): void {
    const { status, config } = this.shell;
    const { current } = this.newest;
    if (this.collecting) status.idle('waiting for labelled features');
    else if (current) status.idle(`${config.classifier} v${current.version} · ${current.classifier.labels.join(', ')}`);
    else status.idle('not trained yet');
  }

  private showNow(show: () => void): void {
    if (this.pace.isDue()) show();
  }
}

function labelOf(row: Payload, msg: Message, labelColumn: string): string {
  const label = msg.label ?? row[labelColumn];
  if ((typeof label === 'string' && label !== '') || typeof label === 'number') return String(label);
  throw new UserError(
    'no-label',
    `the features have no label: msg.label is ${describeValue(msg.label)} and there is no column "${labelColumn}" with one. Label them, e.g. by the folder names of a wav-folder node.`,
  );
}

function notFeatures(payload: unknown): UserError {
  return new UserError(
    'not-features',
    `expected features (msg.payload an object, name → number), got ${describeValue(payload)}. Wire an audio-features node to this one, or the rows of a CSV.`,
  );
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Settings>(RED, {
    type: 'feature-classifier',
    read,
    start: shell => new ClassifierLearner(shell).trainer,
  });
};
