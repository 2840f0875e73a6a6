// How well scores tell two classes apart: from labelled scores, or as classifiers report it.
import { describeValue, UserError } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { RocCurveData, RocFigure } from '../figures/roc';
import { finite, type Gatherer, isProgress, isRecord, wrongMessage } from './gatherer';

const MAX_SCORES = 4000;
/** Classifiers whose curves are compared in one picture. */
const MAX_CURVES = 6;

/** Makes a curve of scores; lives with the detection, which plots do not import. */
export type RocOf = (negative: number[], positive: number[]) => RocCurveData['points'];

export interface RocOptions {
  /** Labels that count as anomalous. */
  positiveLabels: readonly string[];
  rocOf: RocOf;
}

export class RocGatherer implements Gatherer {
  private scores: { score: number; label: string }[] = [];
  private readonly reported = new Map<string, RocCurveData>();

  constructor(private readonly options: RocOptions) {}

  add(msg: Message): boolean {
    if (isProgress(msg)) return false;
    const { payload, label } = msg;
    if (isRecord(payload) && isCurve(payload.roc)) {
      const name = String(payload.classifier ?? msg.topic ?? '');
      this.reported.delete(name);
      this.reported.set(name, { name, points: payload.roc, auc: finite(payload.auc) ?? areaOf(payload.roc) });
      if (this.reported.size > MAX_CURVES) this.reported.delete(this.reported.keys().next().value as string);
      return true;
    }
    if (typeof payload !== 'number' || !Number.isFinite(payload) || label === undefined || label === '') {
      const got = `${describeValue(payload)} and msg.label ${describeValue(label)}`;
      const expected = 'a labelled score (msg.payload a number, msg.label) or the report of an rl-kl-classifier';
      throw wrongMessage(
        'roc',
        expected,
        got,
        'Wire a vae-score node whose sounds come from labelled folders to this one.',
      );
    }
    this.scores.push({ score: payload, label: String(label) });
    if (this.scores.length > MAX_SCORES) this.scores.shift();
    this.expectPositiveLabel();
    return true;
  }

  reset(): void {
    this.scores = [];
    this.reported.clear();
  }

  figure(): RocFigure | undefined {
    const { negative, positive } = this.sides();
    const curves = [...this.reported.values()];
    const both = negative.length > 0 && positive.length > 0;
    if (both) {
      const points = this.options.rocOf(negative, positive);
      curves.unshift({ name: curves.length > 0 ? 'scores' : '', points, auc: areaOf(points) });
    }
    if (curves.length === 0) return undefined;
    return { kind: 'roc', curves, note: both ? `${positive.length} anomalous of ${this.scores.length}` : undefined };
  }

  summary(): string {
    const { negative, positive } = this.sides();
    if (this.scores.length === 0) return counted(this.reported.size, 'curve');
    if (positive.length === 0) return `no ${this.options.positiveLabels.join(', ')} yet`;
    return negative.length === 0 ? 'no other label yet' : counted(this.scores.length, 'score');
  }

  private sides(): { negative: number[]; positive: number[] } {
    const side = (positive: boolean): number[] =>
      this.scores
        .filter(({ label }) => this.options.positiveLabels.includes(label) === positive)
        .map(({ score }) => score);
    return { negative: side(false), positive: side(true) };
  }

  private expectPositiveLabel(): void {
    if (this.options.positiveLabels.length > 0) return;
    const labels = [...new Set(this.scores.map(({ label }) => label))].slice(0, 10).join(', ');
    throw new UserError(
      'config',
      `"positive labels" is empty; expected which labels are the anomalies (so far came ${labels}). Open the node and enter them.`,
    );
  }
}

const isCurve = (roc: unknown): roc is [number, number][] =>
  Array.isArray(roc) &&
  roc.length > 1 &&
  roc.every(point => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite));

/** By trapezoids. */
const areaOf = (points: readonly [number, number][]): number =>
  points.slice(1).reduce((area, [x, y], i) => area + ((x - points[i][0]) * (y + points[i][1])) / 2, 0);
