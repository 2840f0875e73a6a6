// The threshold node: scores in, decisions out. Which threshold holds and how the alarm's state moves is decided in
// src/detect; here are the messages, the audio model that brings the training scores, and the status.
import type { NodeAPI, NodeDef } from 'node-red';
import type { AlarmSettings } from '../src/detect/alarm';
import { parseVotes } from '../src/detect/alarm';
import { type Baseline, Judge, type Judgement, MAX_TOPICS } from '../src/detect/judge';
import { MIN_BUDGET_SCORES, type ThresholdRule } from '../src/detect/threshold-rules';
import { decisionText, fileTime, formatScore } from '../src/detect/wording';
import { describeValue, UserError } from '../src/errors';
import type { Message, ScoreInfo } from '../src/messages';
import { type AudioModelNode, audioModelOf, type ModelSummary } from './lib/audio-model-node';
import { choiceField, numberField, textField } from './lib/config';
import { listeningRoom } from './lib/listening-room';
import { isPassEnd } from './lib/pass-end';
import { type Handlers, registerNode, type Send, type Shell } from './lib/shell';

type Method = ThresholdRule['method'];

interface Config {
  method: Method;
  k: number;
  percentile: number;
  perDay: number;
  /** From one segment to the next, for the budget; 0 for the length that each segment tells. */
  everySeconds: number;
  value: number;
  from: 'model' | 'learn';
  /** Id of the audio-model, where the threshold comes from its training scores. */
  model: string;
  learnCount: number;
  alarm: AlarmSettings;
}

const MAX_LEARN_COUNT = 10_000;
const SECONDS_PER_DAY = 86_400;
const K_LIMITS = { min: -100, max: 1000 };

function read(def: NodeDef): Config {
  const method = choiceField(def, 'method', ['mean-std', 'percentile', 'budget', 'manual'], 'mean-std');
  const from = choiceField(def, 'from', ['model', 'learn'], 'model');
  const least = method === 'budget' ? MIN_BUDGET_SCORES : 2;
  return {
    method,
    // Node-RED's editor does not save properties named by one letter; flows written by hand may say k.
    k: numberField(def, 'deviations', numberField(def, 'k', 2, K_LIMITS), K_LIMITS),
    percentile: numberField(def, 'percentile', 99, { min: 0, max: 100 }),
    perDay: numberField(def, 'perDay', 1, { min: 1e-6, max: 1e6, unit: 'false alarms a day' }),
    everySeconds: numberField(def, 'everySeconds', 0, { min: 0, max: SECONDS_PER_DAY, unit: 'seconds' }),
    value: method === 'manual' ? readValue(def) : 0,
    from,
    model: textField(def, 'model'),
    learnCount:
      method !== 'manual' && from === 'learn'
        ? numberField(def, 'learnCount', 50, { min: least, max: MAX_LEARN_COUNT, integer: true, unit: 'messages' })
        : 0,
    alarm: {
      ...readVotes(def),
      hysteresis: numberField(def, 'hysteresis', 0, { min: 0, max: 1 }),
      holdOffSeconds: numberField(def, 'holdOffSeconds', 0, { min: 0, max: 1e9, unit: 'seconds' }),
      notify: choiceField(def, 'notify', ['every', 'change'], 'every'),
    },
  };
}

function readValue(def: NodeDef): number {
  const value = numberField(def, 'value', Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new UserError('config', 'value is empty; expected the threshold as a number. Open the node and enter it.');
}

function readVotes(def: NodeDef): { votes: number; window: number } {
  const text = textField(def, 'votes', '1/1');
  const votes = parseVotes(text);
  if (votes) return votes;
  throw new UserError(
    'config',
    `votes is "${text}"; expected two whole numbers from 1 to 999, e.g. 2/3 for two of the last three. Open the node and correct it.`,
  );
}

/** Versions whose scores are kept: a score may still be on its way when its model is replaced. */
const KEPT_VERSIONS = 3;

class ThresholdNode implements Handlers {
  private readonly judge: Judge;
  private readonly model?: AudioModelNode;
  private readonly versions = new Map<number, ModelSummary>();
  private readonly unsubscribe?: () => void;
  private warnedOfTopics = false;

  constructor(private readonly shell: Shell<Config>) {
    const { config, RED } = shell;
    this.judge = new Judge({ alarm: config.alarm, learnCount: config.learnCount });
    if (config.method !== 'manual' && config.from === 'model') {
      this.model = audioModelOf(RED, config.model);
      this.unsubscribe = this.model.onVersion(summary => this.useVersion(summary));
      const summary = this.model.summary();
      if (summary) this.useVersion(summary);
    }
    listeningRoom.judgeComes(shell.node.id);
    this.showWaiting();
  }

  input(msg: Message, send: Send): void {
    const topic = String(msg.topic ?? '') || undefined;
    if ('reset' in msg && msg.reset !== false) {
      this.judge.reset(topic);
      this.showWaiting();
      return;
    }
    if ('threshold' in msg) {
      this.setThreshold(readSetting(msg), topic);
      return;
    }
    if (isPassEnd(msg)) return;
    const { score, info } = readScore(msg);
    const rule = this.ruleFor(msg);
    const judgement = this.judge.judge(topic ?? '', score, rule, this.baseline(info), performance.now());
    this.warnOfTopics();
    this.show(score, judgement);
    if (judgement.kind === 'learning') return;
    const { node, config } = this.shell;
    listeningRoom.judged(node.id, judgement.method, score, judgement, msg);
    if (!judgement.tell) return;
    describe(msg, score, judgement, config.alarm);
    if (judgement.state === 'anomaly') listeningRoom.alarm(node.id, msg);
    send(judgement.state === 'anomaly' ? [msg, null] : [null, msg]);
  }

  close(): void {
    this.unsubscribe?.();
    listeningRoom.judgeGoes(this.shell.node.id);
  }

  /** @param value undefined: back to the node's own */
  private setThreshold(value: number | undefined, topic: string | undefined): void {
    this.judge.setThreshold(value, topic);
    this.warnOfTopics();
    if (value === undefined) this.showWaiting();
    else this.shell.status.idle(`threshold ${formatScore(value)} set for ${topic ?? 'all'}`);
  }

  private ruleFor({ audio }: Message): ThresholdRule {
    const { method, k, percentile, perDay, everySeconds, value } = this.shell.config;
    if (method === 'mean-std') return { method, k };
    if (method === 'percentile') return { method, percentile };
    if (method === 'manual') return { method, value };
    const seconds = everySeconds || audio?.seconds;
    if (typeof seconds === 'number' && seconds > 0) {
      return { method, perDay, segmentsPerDay: SECONDS_PER_DAY / seconds };
    }
    throw new UserError(
      'no-rate',
      `how often a score comes is not known: "every" is 0 and msg.audio says ${describeValue(audio?.seconds)} seconds. Open the threshold node and enter the seconds from one score to the next.`,
    );
  }

  /** The training scores to compare with; undefined where this node learns or has a value of its own. */
  private baseline(info: ScoreInfo | undefined): Baseline | undefined {
    const { model } = this;
    if (!model) return undefined;
    const current = model.summary();
    if (!current) throw notTrained(model);
    if (!info) {
      throw new UserError(
        'no-score',
        'msg.score is missing, so it is not known which of the training scores to compare with; expected a message of a vae-score node. Wire one to this node, or choose a threshold that is learnt or set by hand.',
      );
    }
    const { id, name, version } = info.model ?? {};
    if (id !== undefined && id !== current.id) {
      throw new UserError(
        'other-model',
        `the score comes from the model '${name}', the threshold from '${current.name}'; expected the same. Choose one model in both nodes.`,
      );
    }
    const summary = this.versions.get(version) ?? current;
    const scores = summary.scores[info.kind];
    if (!scores) {
      const kinds = Object.keys(summary.scores).join(', ');
      throw new UserError(
        'no-score',
        `the score's kind is ${describeValue(info.kind)}; the model '${summary.name}' knows ${kinds || 'none'}. Check what changes msg.score.`,
      );
    }
    return { id: `${info.kind} ${summary.version}`, scores };
  }

  private useVersion(summary: ModelSummary): void {
    this.versions.set(summary.version, summary);
    const [oldest] = this.versions.keys();
    if (this.versions.size > KEPT_VERSIONS) this.versions.delete(oldest);
    this.showWaiting();
  }

  private showWaiting(): void {
    const { config, status } = this.shell;
    if (this.model) {
      const summary = this.model.summary();
      if (summary) status.idle(`${summary.name} version ${summary.version}`);
      else status.warn(`model '${nameOf(this.model)}' has not been trained yet`);
    } else if (config.method === 'manual') {
      status.idle(`threshold ${formatScore(config.value)}`);
    } else status.idle(`learning 0/${config.learnCount}`);
  }

  private show(score: number, judgement: Judgement): void {
    const { status } = this.shell;
    if (judgement.kind === 'learning') {
      status.busy(`learning ${judgement.learnt}/${judgement.of}`);
      return;
    }
    const numbers = `${formatScore(score)} / ${formatScore(judgement.threshold.value)}`;
    if (judgement.state === 'anomaly') status.alarm(`ANOMALY ${numbers}`);
    else status.ok(`normal ${numbers}`);
  }

  private warnOfTopics(): void {
    if (this.warnedOfTopics || this.judge.droppedTopics === 0) return;
    this.warnedOfTopics = true;
    this.shell.node.warn(
      `More than ${MAX_TOPICS} topics: the state of the one unused longest is dropped for each new one. Give messages of one sound the same msg.topic.`,
    );
  }
}

const nameOf = (model: AudioModelNode): string => model.summary()?.name ?? model.name ?? model.id;

function notTrained(model: AudioModelNode): UserError {
  return new UserError(
    'not-trained',
    `model '${nameOf(model)}' has not been trained yet. Train it with a vae-train node, or choose a threshold that is learnt or set by hand.`,
  );
}

/**
 * The threshold that a message sets; undefined for back to the node's own.
 * @throws UserError `threshold` where it is neither a number nor null
 */
function readSetting({ threshold }: Message): number | undefined {
  if (threshold === null) return undefined;
  const value = typeof threshold === 'string' && threshold.trim() !== '' ? Number(threshold) : threshold;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UserError(
    'threshold',
    `msg.threshold is ${describeValue(threshold)}; expected a number, or null for the threshold of the node's own settings. The threshold stays as it was.`,
  );
}

/** @throws UserError `no-score` where the payload is not a number */
function readScore({ payload, score }: Message): { score: number; info: ScoreInfo | undefined } {
  if (typeof payload !== 'number') {
    throw new UserError(
      'no-score',
      `expected a score (msg.payload a number), got ${describeValue(payload)}. Wire a vae-score node to this one.`,
    );
  }
  return { score: payload, info: typeof score === 'object' && score !== null ? score : undefined };
}

/** Adds the decision to the message and, for an anomaly that is explained, its picture. */
function describe(
  msg: Message,
  score: number,
  decision: Judgement & { kind: 'decision' },
  { window }: AlarmSettings,
): void {
  const { state, method, threshold, votes } = decision;
  const startedAt = Number.isFinite(msg.audio?.startedAt) ? msg.audio!.startedAt : Date.now();
  const time = new Date(startedAt);
  const source = String(msg.audio?.source ?? msg.filename ?? '');
  const sentence = decisionText({ state, score, threshold, votes, window, time, source });
  const explanation = state === 'anomaly' ? msg.explanation : undefined;
  const text = explanation?.text ? `${sentence}. ${explanation.text}` : sentence;
  msg.anomaly = { state, score, threshold: threshold.value, method, startedAt, source, text };
  if (Buffer.isBuffer(explanation?.picture)) {
    const filename = `anomaly-${fileTime(time)}.png`;
    const picture = { filename, content: explanation.picture, contentType: 'image/png' };
    msg.attachments = [...(Array.isArray(msg.attachments) ? msg.attachments : []), picture];
  }
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, { type: 'threshold', read, start: shell => new ThresholdNode(shell) });
};
