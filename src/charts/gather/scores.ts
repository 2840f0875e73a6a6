// Scores of each topic over time, with what a threshold node made of them.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { ScorePoint, ScoresFigure } from '../figures/scores';
import { type Gatherer, isRecord, wrongMessage } from './gatherer';

/** Per topic; at one score every two seconds, the last half hour. */
const MAX_POINTS = 1000;
const MAX_TOPICS = 8;

interface Entry extends ScorePoint {
  /** Milliseconds since 1970; NaN where the segment does not tell. */
  time: number;
}

interface Topic {
  entries: Entry[];
  /** Scores so far, those that were dropped included. */
  count: number;
}

export class ScoresGatherer implements Gatherer {
  /** The topic that was told of longest ago comes first. */
  private readonly topics = new Map<string, Topic>();
  private measure = '';
  private fromFiles = false;

  add(msg: Message): boolean {
    const { payload, score, anomaly, audio } = msg;
    if (typeof payload !== 'number' || !Number.isFinite(payload)) {
      const wire = 'Wire a threshold or a vae-score node to this one.';
      throw wrongMessage('scores', 'a score (msg.payload a number)', describeValue(payload), wire);
    }
    const name = String(msg.topic ?? '');
    const topic = this.topics.get(name) ?? { entries: [], count: 0 };
    this.topics.delete(name);
    this.topics.set(name, topic);
    if (this.topics.size > MAX_TOPICS) this.topics.delete(this.topics.keys().next().value as string);
    if (isRecord(score) && typeof score.kind === 'string') this.measure = score.kind;
    // Times of files are when they were recorded, which says nothing about their order here.
    if (msg.filename !== undefined || msg.parts !== undefined) this.fromFiles = true;
    topic.count++;
    topic.entries.push({
      at: topic.count,
      time: Number(anomaly?.startedAt ?? audio?.startedAt ?? Number.NaN),
      score: payload,
      threshold: Number.isFinite(anomaly?.threshold) ? anomaly?.threshold : undefined,
      anomaly: anomaly?.state === 'anomaly',
    });
    if (topic.entries.length > MAX_POINTS) topic.entries.shift();
    return true;
  }

  reset(topic?: string): void {
    if (topic === undefined) this.topics.clear();
    else this.topics.delete(topic);
    if (this.topics.size === 0) this.fromFiles = false;
  }

  figure(): ScoresFigure | undefined {
    if (this.topics.size === 0) return undefined;
    const byClock = !this.fromFiles && [...this.topics.values()].every(({ entries }) => inOrder(entries));
    const series = [...this.topics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { entries }]) => ({
        name,
        points: entries.map(({ time, at, ...rest }): ScorePoint => ({ ...rest, at: byClock ? time : at })),
      }));
    return { kind: 'scores', series, time: byClock ? 'clock' : 'number', measure: this.measure };
  }

  summary(): string {
    const count = [...this.topics.values()].reduce((sum, topic) => sum + topic.count, 0);
    return counted(count, 'score');
  }
}

/** Whether times are known and go forward. (NaN compares as false.) */
function inOrder(entries: readonly Entry[]): boolean {
  return entries.every(({ time }, i) => (i === 0 ? Number.isFinite(time) : time >= entries[i - 1].time));
}
