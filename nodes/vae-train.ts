// The vae-train node: collects spectrograms of what is normal and trains a model on them in a worker thread.
import type { NodeAPI, NodeDef } from 'node-red';
import { UserError } from '../src/errors';
import { TrainingJob } from '../src/jobs/training-job';
import { type FrontEnd, frontEndDifference, frontEndOf, type Message, readSpectrogram } from '../src/messages';
import { buildArchitecture, type NetworkOptions, type Preset } from '../src/ml/architecture';
import { networkDefaults, trainingDefaults } from '../src/ml/defaults';
import type { EarlyStopping } from '../src/ml/early-stopping';
import type { TrainingOptions, TrainingProgress } from '../src/ml/train';
import { PictureSpool } from '../src/store/picture-spool';
import { type AudioModel, audioModelOf } from './lib/audio-model-node';
import { carryOn, inSeconds, isLast } from './lib/collecting';
import { booleanField, choiceField, numberField, numberListField } from './lib/config';
import { type Handlers, registerNode, type Shell, shortMessage } from './lib/shell';

const PRESETS = ['compact', 'office', 'mirrored', 'custom'] as const satisfies readonly Preset[];
const EARLY_STOPPING = ['none', 'patience', 'prechelt'] as const satisfies readonly EarlyStopping[];

interface Config {
  modelId: unknown;
  network: NetworkOptions;
  options: Omit<TrainingOptions, 'threads' | 'engine'>;
  trainWhen: 'complete' | 'count';
  count: number;
}

interface Def extends NodeDef {
  model?: string;
}

/** Fewer segments than this give neither a model nor a spread of scores. */
const LEAST_SEGMENTS = 3;
const MAX_LAYERS = 12;
/** Epochs of a tiny network take a millisecond; nobody wants to hear of each. */
const PROGRESS_INTERVAL_MS = 100;

function read(def: Def): Config {
  const preset = choiceField(def, 'preset', PRESETS, 'compact');
  const network = networkDefaults(preset);
  const d = trainingDefaults(preset);
  const list = (field: 'filters' | 'kernels' | 'strides', max: number): number[] =>
    preset === 'custom'
      ? numberListField(def, field, network[field], { min: 1, max }).slice(0, MAX_LAYERS)
      : network[field];
  return {
    modelId: def.model,
    network: {
      preset,
      filters: list('filters', 2048),
      kernels: list('kernels', 31),
      strides: list('strides', 16),
      latentDim: numberField(def, 'latentDim', network.latentDim, { min: 1, max: 4096, integer: true }),
      batchNorm: booleanField(def, 'batchNorm', network.batchNorm),
      variational: booleanField(def, 'variational', true),
    },
    options: {
      epochs: numberField(def, 'epochs', d.epochs, { min: 1, max: 100_000, integer: true }),
      batchSize: numberField(def, 'batchSize', d.batchSize, { min: 1, max: 1024, integer: true }),
      learningRate: numberField(def, 'learningRate', d.learningRate, { min: 1e-8, max: 1 }),
      rlWeight: numberField(def, 'rlWeight', d.rlWeight, { min: 0, max: 1e12 }),
      klWeight: numberField(def, 'klWeight', d.klWeight, { min: 0, max: 1e12 }),
      validationSplit: numberField(def, 'validationSplit', d.validationSplit, { min: 0, max: 0.9 }),
      earlyStopping: choiceField(def, 'earlyStopping', EARLY_STOPPING, d.earlyStopping),
      seed: numberField(def, 'seed', d.seed, { min: 0, max: 2 ** 32 - 1, integer: true }),
    },
    trainWhen: choiceField(def, 'trainWhen', ['complete', 'count'], 'complete'),
    count: numberField(def, 'count', 150, { min: LEAST_SEGMENTS, max: 1e6, integer: true, unit: 'segments' }),
  };
}

class Trainer implements Handlers {
  private readonly model: AudioModel;
  private frontEnd: FrontEnd | undefined;
  private spool: PictureSpool | undefined;
  private job: TrainingJob | undefined;
  /** The training and what comes behind it, until all of it is tidied up. */
  private running: Promise<void> | undefined;
  private turn: Promise<void> = Promise.resolve();
  private closing = false;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly shell: Shell<Config>) {
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.modelId);
    const problem = this.model.engineProblem();
    if (problem) shell.status.warn(shortMessage(problem));
    else shell.status.idle('waiting for spectrograms');
  }

  async input(msg: Message): Promise<void> {
    if (msg.stop) return this.stop();
    // One message after the other: collecting may wait for the disk, and the next may be a reset.
    const handled = this.turn.then(() => this.handle(msg));
    this.turn = handled.catch(() => {});
    return handled;
  }

  private async handle(msg: Message): Promise<void> {
    if (msg.reset) await this.forget();
    const last = isLast(msg);
    const carriesPicture = msg.spectrogram !== undefined || Buffer.isBuffer(msg.payload);
    if (!carriesPicture && msg.reset) return this.shell.status.idle('waiting for spectrograms');
    try {
      if (carriesPicture || !last) await this.collect(msg);
    } finally {
      // The last message of a pass starts the training even where its own segment is no good.
      if (this.isReady(last)) await this.begin(msg);
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.job?.cancel();
    await this.running;
    await this.spool?.discard();
  }

  private async collect(msg: Message): Promise<void> {
    const { values, info } = readSpectrogram(msg);
    const frontEnd = frontEndOf(info);
    this.frontEnd ??= frontEnd;
    const difference = frontEndDifference(frontEnd, this.frontEnd);
    if (difference) {
      throw new UserError(
        'other-settings',
        `this spectrogram differs from the ${this.spool?.count ?? 0} collected before: ${difference}. One training needs one kind; send msg.reset to start again.`,
      );
    }
    this.spool ??= new PictureSpool({ folder: this.model.store.folder, pictureLength: values.length });
    await this.spool.append(values);
    if (!this.job) this.shell.status.idle(`collected ${this.spool.count}`);
  }

  private isReady(last: boolean): boolean {
    const { trainWhen, count } = this.shell.config;
    return trainWhen === 'complete' ? last : (this.spool?.count ?? 0) >= count;
  }

  /** Hands what was collected to a worker; the next segments start a new collection. */
  private async begin(msg: Message): Promise<void> {
    const { spool, frontEnd, shell, model } = this;
    const count = spool?.count ?? 0;
    if (!spool || !frontEnd || count < LEAST_SEGMENTS) {
      await this.forget();
      throw new UserError(
        'too-few-segments',
        `${count} segments were collected; expected at least ${LEAST_SEGMENTS}, better 100 or more, of what is normal. Check that the spectrograms arrive here, and record more.`,
      );
    }
    const { network, options } = shell.config;
    buildArchitecture(frontEnd.shape, network);
    const problem = model.engineProblem();
    if (problem) throw problem;
    const unlock = model.store.lock(shell.node.name || `vae-train ${shell.node.id}`);
    this.spool = undefined;
    this.frontEnd = undefined;
    const task = {
      ...{ spool: spool.descriptor(), frontEnd, network, folder: model.folder, name: model.modelName },
      options: { ...options, threads: model.threads, engine: model.engine },
    };
    shell.status.busy(`training on ${count} segments`);
    const job = new TrainingJob(task, progress => this.tell(progress, msg));
    this.job = job;
    this.running = this.finish(job, msg).finally(async () => {
      this.job = undefined;
      this.running = undefined;
      unlock();
      await spool.discard();
    });
  }

  private async finish(job: TrainingJob, msg: Message): Promise<void> {
    const { shell, model } = this;
    try {
      const report = await job.result;
      if (this.closing) return;
      if (!report) return shell.status.idle('cancelled');
      model.refresh();
      shell.status.ok(`trained v${report.version} · ${report.segments} segments · ${report.rl.toPrecision(3)}`);
      shell.send([{ ...carryOn(msg), payload: report }, null]);
    } catch (thrown) {
      if (!this.closing) shell.fail(thrown, msg);
    }
  }

  private tell(progress: TrainingProgress, msg: Message): void {
    const { phase, epoch, epochs, loss, rl, kl, valLoss, secondsLeft } = progress;
    const now = performance.now();
    const isDue = phase !== 'training' || epoch === epochs || now - this.toldAt >= PROGRESS_INTERVAL_MS;
    if (this.closing || !isDue) return;
    this.toldAt = now;
    const { status, send } = this.shell;
    if (phase === 'training') {
      status.busy(`training ${epoch}/${epochs} · ${rl.toPrecision(3)} · ${inSeconds(secondsLeft)}`);
    } else status.busy(phase);
    const payload = { phase, epoch, epochs, loss, rl, kl, valLoss, secondsLeft };
    send([null, { ...carryOn(msg), topic: 'progress', payload }]);
  }

  private async stop(): Promise<void> {
    const { job } = this;
    if (!job) return this.shell.status.idle('nothing to stop');
    this.shell.status.busy('stopping');
    await job.cancel();
    await this.running;
  }

  private async forget(): Promise<void> {
    const { spool } = this;
    this.spool = undefined;
    this.frontEnd = undefined;
    await spool?.discard();
  }
}

export = (RED: NodeAPI): void => {
  registerNode<Def, Config>(RED, { type: 'vae-train', read, start: shell => new Trainer(shell) });
};
