// The threshold node: scores in, decisions out. Which threshold holds and how the alarm's state moves is decided in
// src/detect; here are the messages, the audio model that brings the training scores, and the status.
import type { NodeAPI, NodeDef } from 'node-red';
import type { AlarmSettings } from '../../src/alarm/alarm';
import { type Baseline, Judge, type Judgement, MAX_TOPICS } from '../../src/alarm/judge';
import { decisionText, fileTime } from '../../src/alarm/wording';
import { describeValue, UserError } from '../../src/errors';
import { formatScore } from '../../src/formats';
import { liveState } from '../../src/live/live-state';
import type { Message, ScoreInfo } from '../../src/messages';
import { type AudioModelNode, audioModelOf, type ModelSummary } from '../shared/audio-model-node';
import { isPassEnd } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';
import { alarmOf, ruleOf, type ThresholdConfig } from './threshold-config';
import { registerThresholdRoute } from './threshold-route';

/** Models whose scores are kept: a score may still be on its way when its model is replaced. */
const KEPT_MODELS = 3;

class ThresholdNode implements Handlers {
  private readonly judge: Judge;
  private readonly model?: AudioModelNode;
  /** By their checksums. */
  private readonly models = new Map<string, ModelSummary>();
  private readonly unsubscribe?: () => void;
  private readonly alarm: AlarmSettings;
  private warnedOfTopics = false;

  constructor(private readonly shell: Shell<ThresholdConfig>) {
    const { config, RED } = shell;
    const { method, from, learnCount } = config;
    this.alarm = alarmOf(config);
    this.judge = new Judge({ alarm: this.alarm, learnCount: method !== 'manual' && from === 'learn' ? learnCount : 0 });
    if (method !== 'manual' && from === 'model') {
      this.model = audioModelOf(RED, config.model);
      this.unsubscribe = this.model.onVersion(summary => this.use(summary));
      const summary = this.model.summary();
      if (summary) this.use(summary);
    }
    liveState.judgeComes(shell.node.id);
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
    const rule = ruleOf(this.shell.config, msg.audio?.seconds);
    const judgement = this.judge.judge(topic ?? '', score, rule, this.baseline(info), performance.now());
    this.warnOfTopics();
    this.show(score, judgement);
    if (judgement.kind === 'learning') return;
    const { node } = this.shell;
    liveState.judged(node.id, judgement.method, score, judgement, msg);
    if (!judgement.tell) return;
    describe(msg, score, judgement, this.alarm);
    if (judgement.state === 'anomaly') liveState.alarm(node.id, msg);
    send(judgement.state === 'anomaly' ? [msg, null] : [null, msg]);
  }

  close(): void {
    this.unsubscribe?.();
    liveState.judgeGoes(this.shell.node.id);
  }

  /** @param value undefined: back to the node's own */
  private setThreshold(value: number | undefined, topic: string | undefined): void {
    this.judge.setThreshold(value, topic);
    this.warnOfTopics();
    if (value === undefined) this.showWaiting();
    else this.shell.status.idle(`threshold ${formatScore(value)} set for ${topic ?? 'all'}`);
  }

  /** The training scores to compare with; undefined where this node learns or has a value of its own. */
  private baseline(info: ScoreInfo | undefined): Baseline | undefined {
    const { model } = this;
    if (!model) return undefined;
    const current = model.summary();
    if (!current) throw notTrained(model);
    if (!info) {
      throw new UserError(
        'not-score',
        'msg.score is missing, so it is not known which of the training scores to compare with; expected a message of a vae-score node. Wire one to this node, or choose a threshold that is learnt or set by hand.',
      );
    }
    const { id, name, checksum } = info.model ?? {};
    if (id !== undefined && id !== current.id) {
      throw new UserError(
        'other-model',
        `the score comes from the model '${name}', the threshold from '${current.name}'; expected the same. Choose one model in both nodes.`,
      );
    }
    const summary = this.models.get(checksum) ?? current;
    const scores = summary.scores[info.kind];
    if (!scores) {
      const kinds = Object.keys(summary.scores).join(', ');
      throw new UserError(
        'not-score',
        `the score's kind is ${describeValue(info.kind)}; the model '${summary.name}' knows ${kinds || 'none'}. Check what changes msg.score.`,
      );
    }
    return { id: `${info.kind} ${summary.checksum}`, scores };
  }

  private use(summary: ModelSummary): void {
    this.models.set(summary.checksum, summary);
    const [oldest] = this.models.keys();
    if (this.models.size > KEPT_MODELS) this.models.delete(oldest);
    this.showWaiting();
  }

  private showWaiting(): void {
    const { config, status } = this.shell;
    if (this.model) {
      const summary = this.model.summary();
      if (summary) status.idle(`${summary.name} version ${summary.version}`);
      else status.warn(`model '${nameOf(this.model)}' has not been trained yet`);
    } else if (config.method === 'manual') {
      status.idle(`threshold ${formatScore(config.value ?? 0)}`);
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
    'wrong-message',
    `msg.threshold is ${describeValue(threshold)}; expected a number, or null for the threshold of the node's own settings. The threshold stays as it was.`,
  );
}

/** @throws UserError `no-score` where the payload is not a number */
function readScore({ payload, score }: Message): { score: number; info: ScoreInfo | undefined } {
  if (typeof payload !== 'number') {
    throw new UserError(
      'not-score',
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
  registerNode<NodeDef, ThresholdConfig>(RED, {
    type: 'threshold',
    read: def => readFields(fields, def),
    start: shell => new ThresholdNode(shell),
  });
  registerThresholdRoute(RED);
};
