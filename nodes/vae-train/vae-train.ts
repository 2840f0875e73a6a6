// The vae-train node: collects spectrograms of what is normal and trains a model on them in a worker thread.
import type { NodeAPI } from 'node-red';
import type { MixtureReport } from '../../src/detectors/vae/mixture-training';
import type { TrainingProgress } from '../../src/detectors/vae/train';
import { MeanRange } from '../../src/dsp/decibel-range';
import { buildArchitecture } from '../../src/engine/architecture';
import { UserError } from '../../src/errors';
import { liveState } from '../../src/live/live-state';
import type { Training } from '../../src/live/model-view';
import { type FrontEnd, frontEndDifference, frontEndOf, type Message, readSpectrogram } from '../../src/messages';
import { ExampleSpool } from '../../src/store/example-spool';
import { type ModelReport, TrainingJob } from '../../src/tasks/training-job';
import { addFeedback } from '../shared/add-feedback';
import { type AudioModel, audioModelOf } from '../shared/audio-model-node';
import { carryOn, inSeconds, isLast } from '../shared/collecting';
import { NodeTraining } from '../shared/node-training';
import { PassCount } from '../shared/pass-count';
import { type Handlers, registerNode, type Shell, shortMessage } from '../shared/shell';
import { registerNetworkRoute } from './network-route';
import { registerTimeEstimateRoute } from './time-estimate-route';
import { registerTrainRoute } from './train-routes';
import { LEAST_SEGMENTS, readVaeTrain, type VaeTrainConfig, type VaeTrainDef } from './vae-train-config';

/** Epochs of a tiny network take a millisecond; nobody wants to hear of each. */
const PROGRESS_INTERVAL_MS = 100;

const leftOutText = (count: number): string[] => (count > 0 ? [`${count} left out`] : []);
const liveText = (mixture?: MixtureReport): string[] => (mixture ? [`${mixture.live}/${mixture.components} live`] : []);

class Trainer implements Handlers {
  private readonly model: AudioModel;
  private frontEnd: FrontEnd | undefined;
  private range = new MeanRange();
  private spool: ExampleSpool | undefined;
  private readonly training: NodeTraining<ModelReport>;
  private turn: Promise<void> = Promise.resolve();
  /** Someone asked for a recording and a training with it (trainWhen 'asked'). */
  private asked = false;
  private toldAt = Number.NEGATIVE_INFINITY;
  private readonly pass = new PassCount();

  constructor(private readonly shell: Shell<VaeTrainConfig>) {
    this.training = new NodeTraining(shell.status);
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.modelId);
    const problem = this.model.engineProblem();
    if (problem) shell.status.warn(shortMessage(problem));
    else this.showWaiting();
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
    if (msg.train) return this.train(msg);
    const last = isLast(msg);
    const carriesPicture = msg.spectrogram !== undefined || Buffer.isBuffer(msg.payload);
    if (!carriesPicture && msg.reset) return this.showWaiting();
    if (this.shell.config.trainWhen === 'asked' && !this.asked) return;
    try {
      if (carriesPicture || !last) await this.collect(msg);
    } finally {
      // The last message of a pass starts the training even where its own segment is no good.
      if (this.isReady(last)) await this.begin(msg);
    }
  }

  async close(): Promise<void> {
    await this.training.close();
    await this.spool?.discard();
  }

  /** The button: trains with what there is, or starts a recording that ends with a training. */
  private async train(msg: Message): Promise<void> {
    if (this.shell.config.trainWhen !== 'asked') return this.begin(msg);
    if (this.training.isRunning) {
      throw new UserError('busy', 'a training is running; wait until it is done, or cancel it with msg.stop.');
    }
    await this.forget();
    this.asked = true;
    this.showCollected();
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
    this.spool ??= new ExampleSpool({ folder: this.model.store.folder, exampleLength: values.length });
    await this.spool.append(values);
    this.range.add(info);
    this.pass.took(msg);
    if (!this.training.isRunning) this.showCollected();
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

  private showWaiting(): void {
    const { config, status } = this.shell;
    status.idle(config.trainWhen === 'asked' ? 'press the button to train' : 'waiting for spectrograms');
    this.note({ phase: 'waiting', collected: 0 });
  }

  private note(now: Partial<Training>): void {
    liveState.training(this.model.id, this.shell.node.id, now);
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
        'too-few-examples',
        `${count} segments were collected; expected at least ${LEAST_SEGMENTS}, better 100 or more, of what is normal. Check that the spectrograms arrive here, and record more.`,
      );
    }
    const { network, options, sweep } = shell.config;
    buildArchitecture(frontEnd.shape, network);
    const problem = model.engineProblem();
    if (problem) throw problem;
    const marked = await addFeedback(spool, frontEnd, model.store.folder, text => shell.node.warn(text));
    const unlock = model.store.lock(shell.node.name || `vae-train ${shell.node.id}`);
    const task = {
      ...{
        spool: spool.descriptor(),
        frontEnd: { ...frontEnd, ...this.range.mean() },
        network,
        folder: model.folder,
        name: model.modelName,
      },
      options: { ...options, threads: model.threads, engine: model.engine },
      sweep,
    };
    const leftOut = this.pass.leftOut(msg);
    this.spool = undefined;
    this.startOver();
    shell.status.busy([`training on ${count + marked} segments`, ...leftOutText(leftOut)].join(' · '));
    this.note({ phase: 'preparing', collected: count, epoch: 0 });
    this.training.start(new TrainingJob(task, progress => this.tell(progress, msg)), {
      done: report => this.finish(report, msg, leftOut),
      cancelled: () => this.showCancelled(),
      failed: thrown => this.note({ phase: 'failed', problem: shell.fail(thrown, msg).message }),
      tidy() {
        unlock();
        return spool.discard();
      },
    });
  }

  private finish(report: ModelReport, msg: Message, leftOut: number): void {
    const { shell, model } = this;
    model.refresh();
    this.note({ phase: 'done', secondsLeft: 0 });
    const { sweep, ...payload } = report;
    this.conclude(report, leftOut);
    const sweepMessage = sweep && { ...carryOn(msg), topic: 'sweep', payload: { kind: 'sweep', ...sweep } };
    shell.send([{ ...carryOn(msg), payload }, sweepMessage ?? null]);
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

  private tell(progress: TrainingProgress, msg: Message): void {
    const { phase, epoch, epochs, rl, secondsLeft, mixture, rlWeight, run, runs } = progress;
    const now = performance.now();
    const isDue = phase !== 'training' || epoch === epochs || now - this.toldAt >= PROGRESS_INTERVAL_MS;
    if (this.training.isClosed || !isDue) return;
    this.toldAt = now;
    const { status, send } = this.shell;
    const weight = run ? `rl weight ${rlWeight} (${run}/${runs}) · ` : '';
    if (phase === 'training') {
      const parts = [`${weight || 'training '}${epoch}/${epochs}`, rl.toPrecision(3), ...liveText(mixture)];
      status.busy([...parts, inSeconds(secondsLeft)].join(' · '));
    } else status.busy(weight + phase);
    liveState.progress(this.model.id, this.shell.node.id, progress);
    send([null, { ...carryOn(msg), topic: 'progress', payload: progress }]);
  }

  private async stop(): Promise<void> {
    if (this.training.isRunning || !this.asked) return this.training.stop();
    await this.forget();
    this.showCancelled();
  }

  private showCancelled(): void {
    this.shell.status.idle('cancelled');
    this.note({ phase: 'cancelled' });
  }

  private async forget(): Promise<void> {
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
  const start = (shell: Shell<VaeTrainConfig>) => new Trainer(shell);
  registerNode<VaeTrainDef, VaeTrainConfig>(RED, { type: 'vae-train', read: readVaeTrain, start });
  registerNetworkRoute(RED);
  registerTimeEstimateRoute(RED);
  registerTrainRoute(RED);
};
