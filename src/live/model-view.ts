// What is remembered of one model, for a sidebar that is opened later: scores, the training that runs or ran last, alarms. All of
// it bounded; nothing is computed here.
import { ScoreHistory } from '../alarm/score-history';
import { DEFAULT_SCORE_KIND } from '../detectors/score-kinds';
import { AlarmList } from './alarm-list';
import type { CurvePoint, Training } from './training';

/** Points of a training curve; a longer training keeps every second, then every fourth epoch. */
export const CURVE_LIMIT = 512;
/** Scores that may still wait for a threshold's verdict. */
const AWAITING = 32;

export interface ThresholdInUse {
  node: string;
  value: number;
  method: string;
}

/** Scores of one kind by one trained model can be compared with each other. */
export interface ScoredBy {
  kind: string;
  /** Checksum of the model file. */
  model: string;
}

export class ModelView {
  readonly history = new ScoreHistory();
  readonly alarms = new AlarmList();
  curve: CurvePoint[] = [];
  training: Training | undefined;
  threshold: ThresholdInUse | undefined;
  kind = DEFAULT_SCORE_KIND;
  /** Length of the segment scored last; undefined where its message does not tell. */
  segmentSeconds: number | undefined;
  /** Which entries, and whether anything else, have not been told yet. */
  untoldFrom = 0;
  hasNews = false;
  /** Counts changes of the list of alarms. */
  alarmsChanged = 0;
  private curveStep = 1;
  private scoredBy: string | undefined;
  /** Index of the first score of the present kind by the present model. */
  private comparableFrom = 0;
  /** Segment → index in the history, until a threshold has judged it; newest last. */
  private readonly awaiting = new Map<string, number>();

  scored(key: string | undefined, at: number, score: number, { kind, model }: ScoredBy): void {
    if (kind !== this.kind || model !== this.scoredBy) this.comparableFrom = this.history.end;
    this.kind = kind;
    this.scoredBy = model;
    const index = this.history.add({ at, score, threshold: Number.NaN, verdict: 'none' });
    this.hasNews = true;
    if (key === undefined) return;
    this.awaiting.set(key, index);
    if (this.awaiting.size > AWAITING) this.awaiting.delete(this.awaiting.keys().next().value as string);
  }

  /** Where in the history the newest scores of this kind and model start; its end where there are none. */
  newestOf({ kind, model }: ScoredBy): number {
    const { history, comparableFrom } = this;
    return kind === this.kind && model === this.scoredBy ? Math.max(history.start, comparableFrom) : history.end;
  }

  /** A threshold's verdict on a segment; where several nodes judge, those of the first one count. */
  judged(key: string | undefined, at: number, score: number, state: 'anomaly' | 'normal', used: ThresholdInUse): void {
    if (this.threshold && this.threshold.node !== used.node) return;
    this.threshold = used;
    this.hasNews = true;
    const index = key === undefined ? undefined : this.awaiting.get(key);
    if (index === undefined) {
      this.history.add({ at, score, threshold: used.value, verdict: state });
      return;
    }
    this.awaiting.delete(key as string);
    this.history.judge(index, used.value, state);
    this.untoldFrom = Math.min(this.untoldFrom, index);
  }

  /** The threshold node is gone: another one may take its place. */
  forgetThreshold(node: string): void {
    if (this.threshold?.node === node) this.threshold = undefined;
  }

  trains(training: Training): void {
    if (training.phase === 'preparing') {
      this.curve = [];
      this.curveStep = 1;
    }
    this.training = training;
    this.hasNews = true;
  }

  learnt(point: CurvePoint): void {
    if (point.epoch % this.curveStep !== 0 || this.curve.at(-1)?.epoch === point.epoch) return;
    this.curve.push(point);
    if (this.curve.length < CURVE_LIMIT) return;
    this.curveStep *= 2;
    this.curve = this.curve.filter(({ epoch }) => epoch % this.curveStep === 0);
  }
}
