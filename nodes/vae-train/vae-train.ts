// The vae-train node: collects spectrograms of what is normal and trains a model on them in a worker thread.
import type { NodeAPI, NodeDef } from 'node-red';
import { detectorModules } from '../../src/detectors/registry';
import type { FinishedModel, ModelReport, UnsavedModel } from '../../src/detectors/train-model';
import { LEAST_EXAMPLES } from '../../src/detectors/vae/defaults';
import type { MixtureReport } from '../../src/detectors/vae/mixture-training';
import type { TrainingProgress } from '../../src/detectors/vae/train';
import { MeanRange } from '../../src/dsp/decibel-range';
import { type Architecture, buildArchitecture } from '../../src/engine/architecture';
import { parameterTable } from '../../src/engine/parameters';
import { UserError } from '../../src/errors';
import { freeSpace } from '../../src/files/free-space';
import { liveState } from '../../src/live/live-state';
import type { Training as LiveTraining } from '../../src/live/training';
import { type FrontEnd, frontEndDifference, frontEndOf, type Message, readSpectrogram } from '../../src/messages';
import { ExampleSpool } from '../../src/store/example-spool';
import { savingTask } from '../../src/tasks/model-saving';
import { trainingTask } from '../../src/tasks/training';
import { type AudioModel, audioModelOf } from '../shared/audio-model-node';
import { carryOn, inSeconds, isLast } from '../shared/collecting';
import { PassCount } from '../shared/pass-count';
import { readFeedback } from '../shared/read-feedback';
import { registerNode, type Shell, shortMessage } from '../shared/shell';
import { type Learner, Trainer, type Training } from '../shared/trainer';
import { lockForTraining } from '../shared/training-lock';
import { registerNetworkRoute } from './network-route';
import { registerTimeEstimateRoute } from './time-estimate-route';
import { registerTrainRoute } from './train-routes';
import { readVaeTrain, type VaeTrainConfig } from './vae-train-config';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const leftOutText = (count: number): string[] => (count > 0 ? [`${count} left out`] : []);
const liveText = (mixture?: MixtureReport): string[] => (mixture ? [`${mixture.live}/${mixture.components} live`] : []);

type Outcome = ModelReport | UnsavedModel;

/** What a model's file takes beside the weights of the network: scores, settings, what other detectors learnt. Bytes. */
const BESIDE_WEIGHTS = 2 ** 18;

class VaeLearner implements Learner<TrainingProgress, Outcome> {
  readonly trainer: Trainer<TrainingProgress, Outcome>;
  private readonly model: AudioModel;
  private frontEnd: FrontEnd | undefined;
  private range = new MeanRange();
  private spool: ExampleSpool | undefined;
  /** Someone asked for a recording and a training with it (trainWhen 'asked'). */
  private asked = false;
  /** A model that was learnt and could not be saved, and how many segments had been left out of it. */
  private unsaved: { model: FinishedModel; leftOut: number } | undefined;
  private readonly pass = new PassCount();

  constructor(private readonly shell: Shell<VaeTrainConfig>) {
    this.trainer = new Trainer(shell, this);
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.model);
    const problem = this.model.engineProblem();
    if (problem) shell.status.warn(shortMessage(problem));
    else this.showWaiting();
  }

  carries(msg: Message): boolean {
    return msg.spectrogram !== undefined || Buffer.isBuffer(msg.payload);
  }

  collects(): boolean {
    return this.shell.config.trainWhen !== 'asked' || this.asked;
  }

  /** The button: saves what was learnt, or trains with what there is, or starts a recording that ends with a training. */
  async command(msg: Message): Promise<boolean> {
    if (!msg.train) return false;
    if (this.shell.config.trainWhen !== 'asked' || this.unsaved) await this.trainer.begin(msg);
    else {
      if (this.trainer.isTraining) {
        throw new UserError('busy', 'a training is running; wait until it is done, or cancel it with msg.stop.');
      }
      await this.forget();
      this.asked = true;
      this.showCollected();
    }
    return true;
  }

  async stopCollecting(): Promise<boolean> {
    if (!this.asked) return false;
    await this.forget();
    this.cancelled();
    return true;
  }

  async close(): Promise<void> {
    await this.spool?.discard();
  }

  async collect(msg: Message): Promise<void> {
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
    this.spool ??= new ExampleSpool({ folder: this.model.store.folder, exampleLength: values.length });
    await this.spool.append(values);
    this.range.add(info);
    this.pass.took(msg);
    if (!this.trainer.isTraining) this.showCollected();
  }

  private showCollected(): void {
    const { trainWhen, count } = this.shell.config;
    const collected = this.spool?.count ?? 0;
    const wanted = trainWhen === 'complete' ? 0 : count;
    const text = wanted > 0 ? `${collected}/${wanted}` : String(collected);
    if (this.asked) this.shell.status.busy(`recording ${text}`);
    else this.shell.status.idle(`collected ${text}`);
    this.note({ phase: 'collecting', collected, wanted, asked: this.asked });
  }

  showWaiting(): void {
    const { config, status } = this.shell;
    status.idle(config.trainWhen === 'asked' ? 'press the button to train' : 'waiting for spectrograms');
    this.note({ phase: 'waiting', collected: 0 });
  }

  private note(now: Partial<LiveTraining>): void {
    liveState.training(this.model.id, this.shell.node.id, now);
  }

  isReady(msg: Message): boolean {
    const { trainWhen, count } = this.shell.config;
    return trainWhen === 'complete' ? isLast(msg) : (this.spool?.count ?? 0) >= count;
  }

  async prepare(msg: Message, signal: AbortSignal): Promise<Training<TrainingProgress, Outcome>> {
    if (msg.train && this.unsaved) return this.saveAgain(this.unsaved, msg, signal);
    const { spool, frontEnd, shell, model } = this;
    const count = spool?.count ?? 0;
    if (!spool || !frontEnd || count < LEAST_EXAMPLES) {
      await this.forgetCollected();
      throw new UserError(
        'too-few-examples',
        `${count} segments were collected; expected at least ${LEAST_EXAMPLES}, better 100 or more, of what is normal. Check that the spectrograms arrive here, and record more.`,
      );
    }
    const { network, options, sweep } = shell.config;
    const architecture = buildArchitecture(frontEnd.shape, network);
    const problem = model.engineProblem();
    if (problem) throw problem;
    await this.expectSpace(architecture, count);
    const unlock = await lockForTraining(shell, model.store, signal);
    const marked = await this.readMarked(frontEnd).catch(thrown => {
      unlock();
      throw thrown;
    });
    const task = {
      ...{ spool: spool.descriptor(), marked: marked.descriptor() },
      frontEnd: { ...frontEnd, ...this.range.mean() },
      ...{ folder: model.folder, name: model.modelName },
      modules: detectorModules(),
      settings: { vae: { network, sweep, options: { ...options, threads: model.threads, engine: model.engine } } },
    };
    const leftOut = this.pass.leftOut(msg);
    this.spool = undefined;
    this.unsaved = undefined;
    this.startOver();
    this.note({ phase: 'preparing', collected: count, epoch: 0 });
    return {
      text: [`training on ${count + marked.count} segments`, ...leftOutText(leftOut)].join(' · '),
      start: onProgress => trainingTask.start(task, onProgress),
      done: report => this.finish(report, msg, leftOut),
      async tidy() {
        unlock();
        await spool.discard();
        await marked.discard();
      },
    };
  }

  private readMarked(frontEnd: FrontEnd): Promise<ExampleSpool> {
    return readFeedback(frontEnd, this.model.store.folder, text => this.shell.node.warn(text));
  }

  /** Before hours of training, not after them. */
  private async expectSpace(architecture: Architecture, count: number): Promise<void> {
    const { folder } = this.model.store;
    const needed = parameterTable(architecture).size * Float32Array.BYTES_PER_ELEMENT + BESIDE_WEIGHTS;
    const free = await freeSpace(folder);
    if (free === undefined || free >= needed) return;
    throw new UserError(
      'disk-full',
      `the disk of ${folder} has ${megabytes(free)} left; expected ${megabytes(needed)} for the model. Free some space, then train again: the ${count} segments are kept.`,
    );
  }

  private async saveAgain(
    { model, leftOut }: { model: FinishedModel; leftOut: number },
    msg: Message,
    signal: AbortSignal,
  ): Promise<Training<TrainingProgress, Outcome>> {
    const unlock = await lockForTraining(this.shell, this.model.store, signal);
    this.note({ phase: 'saving' });
    return {
      text: 'saving',
      tidy: unlock,
      start: () => savingTask.start(model),
      done: (outcome: Outcome) => this.finish(outcome, msg, leftOut),
    };
  }

  failed({ message }: Error): void {
    this.note({ phase: 'failed', problem: message });
  }

  private finish(report: Outcome, msg: Message, leftOut: number): void {
    this.unsaved = undefined;
    if ('unsaved' in report) {
      this.unsaved = { model: report.unsaved, leftOut };
      throw new UserError(
        'model-not-saved',
        `${report.problem} What was learnt is kept: training again only saves it.`,
      );
    }
    this.model.refresh();
    this.note({ phase: 'done', secondsLeft: 0 });
    const { sweep, ...payload } = report;
    this.conclude(report, leftOut);
    const sweepMessage = sweep && { ...carryOn(msg), topic: 'sweep', payload: { kind: 'sweep', ...sweep } };
    this.shell.send([{ ...carryOn(msg), payload }, sweepMessage ?? null]);
  }

  /** What is wrong with the new model is said where people look: under the node and in the debug sidebar. */
  private conclude({ version, segments, rl, mixture, warnings, sweep }: ModelReport, leftOut: number): void {
    const { status, node } = this.shell;
    const failed = sweep?.failed ?? [];
    for (const warning of warnings) node.warn(warning);
    for (const { rlWeight, reason } of failed) node.warn(`rlWeight ${rlWeight} was left out of the sweep: ${reason}`);
    const parts = sweep
      ? [`rl weight ${sweep.best} of ${sweep.points.length}`, `v${version}`]
      : [`trained v${version}`];
    if (warnings.length > 0) parts.push(shortMessage(new Error(warnings[0])));
    else parts.push(`${segments} segments`, rl.toPrecision(3), ...liveText(mixture));
    if (failed.length > 0) parts.push(`${failed.length} diverged`);
    parts.push(...leftOutText(leftOut));
    const text = parts.join(' · ');
    if (warnings.length + failed.length > 0) status.warn(text);
    else status.ok(text);
  }

  tell(progress: TrainingProgress): void {
    const { phase, epoch, epochs, rl, secondsLeft, mixture, rlWeight, run, runs } = progress;
    const { status } = this.shell;
    const weight = run ? `rl weight ${rlWeight} (${run}/${runs}) · ` : '';
    if (phase === 'training') {
      const parts = [`${weight || 'training '}${epoch}/${epochs}`, rl.toPrecision(3), ...liveText(mixture)];
      status.busy([...parts, inSeconds(secondsLeft)].join(' · '));
    } else status.busy(weight + phase);
    liveState.progress(this.model.id, this.shell.node.id, progress);
  }

  cancelled(): void {
    this.shell.status.idle('cancelled');
    this.note({ phase: 'cancelled' });
  }

  async forget(): Promise<void> {
    this.unsaved = undefined;
    await this.forgetCollected();
  }

  private async forgetCollected(): Promise<void> {
    const { spool } = this;
    this.spool = undefined;
    this.startOver();
    await spool?.discard();
  }

  /** The next spectrogram may be of another kind. */
  private startOver(): void {
    this.frontEnd = undefined;
    this.asked = false;
    this.range = new MeanRange();
    this.pass.startOver();
  }
}

export = (RED: NodeAPI): void => {
  const start = (shell: Shell<VaeTrainConfig>) => new VaeLearner(shell).trainer;
  registerNode<NodeDef, VaeTrainConfig>(RED, { type: 'vae-train', read: readVaeTrain, start });
  registerNetworkRoute(RED);
  registerTimeEstimateRoute(RED);
  registerTrainRoute(RED);
};
