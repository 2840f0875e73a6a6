// Everything between a score and a decision, per topic: which threshold holds, learning one where there is none yet,
// and the alarm's state. Knows nothing of messages.
import { UserError } from '../errors';
import { describeScores, type ScoreDistribution } from '../stats/distribution';
import { type AlarmMemory, type AlarmSettings, type AlarmState, INITIAL_ALARM, stepAlarm } from './alarm';
import { RecentTopics } from './recent-topics';
import { type Threshold, type ThresholdRule, thresholdOf } from './threshold-rules';

/** What "normal" is measured by, where it is known beforehand. */
export interface Baseline {
  /** Tells this baseline from others, e.g. a model's checksum: scores of two models cannot be voted on together. */
  id: string;
  scores: ScoreDistribution;
}

export interface JudgeSettings {
  alarm: AlarmSettings;
  /** Scores of a topic that are taken as normal where no baseline is given. */
  learnCount: number;
}

export type Judgement =
  | { kind: 'learning'; learnt: number; of: number }
  | {
      kind: 'decision';
      state: AlarmState;
      /** Of the rule in use: 'manual' too where somebody has set the topic's threshold. */
      method: ThresholdRule['method'];
      threshold: Threshold;
      /** Scores of the last `window` that count as anomalous. */
      votes: number;
      /** Whether someone should hear about it: not within the hold-off, and only changes where so wished. */
      tell: boolean;
    };

interface TopicState {
  alarm: AlarmMemory;
  /** The baseline that `alarm.scores` were judged by; empty for a learnt one or none. */
  basis: string;
  /** While learning. */
  learning: number[];
  learnt?: ScoreDistribution;
  /** The threshold that somebody has set for this topic; it holds whatever the rule says. */
  set?: number;
}

/** More topics than this are the work of a flow that invents them; the one unused longest starts anew. */
export const MAX_TOPICS = 1000;

export class Judge {
  private readonly topics = new RecentTopics<TopicState>(MAX_TOPICS);
  private latest?: { key: string; threshold: Threshold };
  /** The threshold that somebody has set for every topic that has none of its own. */
  private setForAll?: number;

  constructor(private readonly settings: JudgeSettings) {}

  /** Topics whose state was dropped because there were too many. */
  get droppedTopics(): number {
    return this.topics.dropped;
  }

  /**
   * @param rule holds where nobody has set a threshold
   * @param baseline scores of normal segments; without one, a rule that needs it learns it from the topic's first scores
   * @param now milliseconds on a clock that never goes back
   * @throws UserError `not-finite`, or `too-few-scores` where the rule needs a larger baseline
   */
  judge(topic: string, score: number, rule: ThresholdRule, baseline: Baseline | undefined, now: number): Judgement {
    if (!Number.isFinite(score)) {
      throw new UserError(
        'not-finite',
        `the score is ${score}; expected a finite number. It was left out: check the sound and the model.`,
      );
    }
    const state = this.stateOf(topic);
    const value = state.set ?? this.setForAll;
    const inUse: ThresholdRule = value === undefined ? rule : { method: 'manual', value };
    const { method } = inUse;
    if (method !== 'manual' && !baseline && !state.learnt) return this.learn(state, score);
    const basis = baseline?.id ?? '';
    const threshold = baseline ? this.thresholdBy(inUse, baseline) : thresholdOf(inUse, state.learnt);
    if (state.basis !== basis) state.alarm = { ...state.alarm, scores: [] };
    state.basis = basis;
    const { memory, votes, tell } = stepAlarm(state.alarm, this.settings.alarm, score, threshold.value, now);
    state.alarm = memory;
    return { kind: 'decision', state: memory.state, method, threshold, votes, tell };
  }

  private learn(state: TopicState, score: number): Judgement {
    const { learnCount } = this.settings;
    state.learning.push(score);
    const learnt = state.learning.length;
    if (learnt >= learnCount) {
      state.learnt = describeScores(state.learning);
      state.learning = [];
    }
    return { kind: 'learning', learnt, of: learnCount };
  }

  /** Applied once per baseline, not once per message. */
  private thresholdBy(rule: ThresholdRule, { id, scores }: Baseline): Threshold {
    const key = JSON.stringify([id, rule]);
    if (this.latest?.key !== key) this.latest = { key, threshold: thresholdOf(rule, scores) };
    return this.latest.threshold;
  }

  /**
   * Sets the threshold of a topic, or of all, those still to come included; from the next score on.
   * @param value undefined: back to what the rule says
   */
  setThreshold(value: number | undefined, topic?: string): void {
    if (topic !== undefined) {
      this.stateOf(topic).set = value;
      return;
    }
    this.setForAll = value;
    for (const state of this.topics.values()) state.set = undefined;
  }

  /** Forgets what is known of a topic, or of all, thresholds that were set included. */
  reset(topic?: string): void {
    if (topic !== undefined) {
      this.topics.delete(topic);
      return;
    }
    this.topics.clear();
    this.setForAll = undefined;
  }

  private stateOf(topic: string): TopicState {
    let state = this.topics.get(topic);
    if (!state) {
      state = { alarm: INITIAL_ALARM, basis: '', learning: [] };
      this.topics.set(topic, state);
    }
    return state;
  }
}
