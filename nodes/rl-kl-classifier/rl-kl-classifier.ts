// The rl-kl-classifier node: is this the sound that the model knows? Learns from labelled scores, in a worker thread,
// then gives each score a probability. What it learnt is kept beside the model and is there again after a restart.
import { existsSync } from 'node:fs';
import type { NodeAPI, NodeDef } from 'node-red';
import type { RlKlProgress } from '../../src/detectors/rl-kl/detector';
import type { RlKlPoint, RlKlReport, RlKlSettings } from '../../src/detectors/rl-kl/rl-kl';
import {
  loadRlKl,
  rlKlFile,
  type SavedRlKl,
  type ScoredModel,
  scoresAlike,
} from '../../src/detectors/rl-kl/rl-kl-file';
import { describeValue, UserError } from '../../src/errors';
import { type Message, type ScoreInfo, scoreOf } from '../../src/messages';
import { rlKlTask } from '../../src/tasks/rl-kl-training';
import { type AudioModel, audioModelOf } from '../shared/audio-model-node';
import { carryOn, inSeconds, isLast, percent } from '../shared/collecting';
import { endOfPass, isPassEnd } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import { registerNode, type Send, type Shell } from '../shared/shell';
import { type Learner, Trainer, type Training } from '../shared/trainer';
import { fields } from './fields';

interface Config {
  model: string;
  settings: RlKlSettings;
}

/** Points of the sound itself, and as many of others, that are kept for a training: more take longer, and teach little. */
const MAX_POINTS = 2500;
/** Scores that may wait for a training to end. */
const MAX_WAITING = 1000;
/** What the class of everything else is called. */
const OTHER = 'other';

function read(def: NodeDef): Config {
  const { name, model, hidden, ...settings } = readFields(fields, def);
  return { model, settings: { ...settings, hidden: [...hidden] } };
}

class RlKlLearner implements Learner<RlKlProgress, RlKlReport> {
  readonly trainer: Trainer<RlKlProgress, RlKlReport>;
  /** Scores that come meanwhile wait for their classifier; the flow's source feels it and waits as well. */
  readonly waiting = { most: MAX_WAITING, what: 'scores' };
  private readonly model: AudioModel;
  private readonly file: string;
  private classifier: SavedRlKl | undefined;
  private points: RlKlPoint[] = [];
  /** Whose scores they are. */
  private scored: ScoredModel = { version: 0 };
  /** Points that were left out because there were too many. */
  private dropped = 0;

  constructor(private readonly shell: Shell<Config>) {
    this.trainer = new Trainer(shell, this);
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.model);
    this.file = rlKlFile(this.model.store.folder, shell.node.id);
    this.showWaiting();
    this.restore();
  }

  carries(msg: Message): boolean {
    return msg.score !== undefined;
  }

  /** A score of a newly trained model starts a new collection. */
  collects({ score }: Message): boolean {
    const { classifier } = this;
    if (!classifier) return true;
    return score?.model?.version !== undefined && !scoresAlike(score.model, classifier.model);
  }

  isReady(msg: Message): boolean {
    return isLast(msg) && !this.classifier;
  }

  answer(msg: Message, send: Send): void {
    if (msg.parts && isPassEnd(msg)) {
      send([msg, null]);
      return;
    }
    if (isLast(msg) && !this.carries(msg)) {
      throw new UserError(
        'too-few-examples',
        'the classifier is trained and no scores were collected for another; expected msg.reset first, then labelled scores. Send msg.reset to train again.',
      );
    }
    this.orEnd(msg, send, () => this.classify(msg, send));
  }

  collect(msg: Message, send: Send): void {
    this.orEnd(msg, send, () => this.take(msg));
  }

  /** Where there is a classifier, the last message of a pass that is of no use is passed on as its end. */
  private orEnd(msg: Message, send: Send, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      if (isLast(msg) && this.classifier) send([endOfPass(msg), null]);
      throw thrown;
    }
  }

  private restore(): void {
    if (!existsSync(this.file)) return;
    const { status, node, config } = this.shell;
    try {
      const saved = loadRlKl(this.file);
      if (saved.positiveLabel !== config.settings.positiveLabel) return;
      this.classifier = saved;
      status.idle(`ready, for v${saved.model.version}`);
    } catch (thrown) {
      node.warn((thrown as Error).message);
    }
  }

  private readScore({ payload, score, label }: Message): { rl: number; kl: number; model: ScoreInfo['model'] } {
    const { modelName } = this.model;
    const [rl, kl] = score ? [scoreOf(score, 'rl'), scoreOf(score, 'kl')] : [];
    if (!score || rl === undefined || kl === undefined) {
      throw new UserError(
        'not-score',
        `expected a score (msg.score with finite rl and kl), got msg.payload ${describeValue(payload)} and msg.score ${describeValue(score)}${label ? `, label ${label}` : ''}. Wire a vae-score node to this one.`,
      );
    }
    if (score.model?.name === modelName) return { rl, kl, model: score.model };
    throw new UserError(
      'other-model',
      `this score is of model ${describeValue(score.model?.name)}; expected "${modelName}". Choose the same audio model in vae-score and here.`,
    );
  }

  private classify(msg: Message, send: Send): void {
    const { rl, kl } = this.readScore(msg);
    const { classifier, positiveLabel } = this.classifier as SavedRlKl;
    const probability = classifier.probability(rl, kl);
    const found = probability >= 0.5 ? positiveLabel : OTHER;
    this.shell.status.ok(`${found} · ${probability.toFixed(2)}`);
    send([{ ...msg, payload: probability, class: found }, null]);
  }

  private take(msg: Message): void {
    const { rl, kl, model } = this.readScore(msg);
    const { label } = msg;
    const { status } = this.shell;
    if (typeof label !== 'string' || label === '') throw this.unlabelled(model.version);
    if (!scoresAlike(model, this.scored) || this.classifier) {
      this.classifier = undefined;
      this.points = [];
      this.scored = { version: model.version, checksum: model.checksum };
      this.dropped = 0;
    }
    const { positiveLabel } = this.shell.config.settings;
    const alike = this.points.filter(point => (point.label === positiveLabel) === (label === positiveLabel));
    if (alike.length < MAX_POINTS) this.points.push({ rl, kl, label });
    else this.dropped++;
    if (this.dropped === 0) status.idle(`collected ${this.points.length}`);
    else status.warn(`collected ${this.points.length}, ${this.dropped} more left out`);
  }

  private unlabelled(version: number): UserError {
    const trained = this.classifier?.model.version;
    const given = trained === version ? `a version ${version} that was trained later` : `version ${version}`;
    const why = trained
      ? `the classifier was trained on scores of version ${trained} of the model, this one is of ${given}`
      : 'the classifier has not been trained yet';
    return new UserError(
      'not-trained',
      `${why}; expected msg.label on the score, to learn from. Send labelled scores, the last with msg.complete, to train it.`,
    );
  }

  prepare(msg: Message): Training<RlKlProgress, RlKlReport> {
    const { file, model, points, scored } = this;
    const { settings } = this.shell.config;
    const task = { points, settings, file, model: { name: model.modelName, ...scored } };
    return {
      text: `training on ${points.length} scores`,
      start: onProgress => rlKlTask.start(task, onProgress),
      done: report => this.finish(report, msg),
    };
  }

  cancelled(): void {
    this.shell.status.idle(`cancelled, ${this.points.length} collected`);
  }

  private finish(report: RlKlReport, msg: Message): void {
    const { shell } = this;
    this.classifier = loadRlKl(this.file);
    this.points = [];
    this.showReport(report);
    shell.send([null, { ...carryOn(msg), topic: 'report', payload: report }]);
  }

  private showReport({ balancedAccuracy, auc, accuracy, never }: RlKlReport): void {
    this.shell.status.ok(
      `${percent(accuracy)} right (never: ${percent(never)}) · balanced ${percent(balancedAccuracy)} · AUC ${auc.toFixed(2)}`,
    );
  }

  tell({ phase, epoch, epochs, secondsLeft }: RlKlProgress): void {
    this.shell.status.busy(phase === 'training' ? `training ${epoch}/${epochs} · ${inSeconds(secondsLeft)}` : phase);
  }

  forget(): void {
    this.classifier = undefined;
    this.points = [];
    this.dropped = 0;
    this.showWaiting();
  }

  showWaiting(): void {
    this.shell.status.idle('waiting for labelled scores');
  }
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, {
    type: 'rl-kl-classifier',
    read,
    start: shell => new RlKlLearner(shell).trainer,
  });
};
