// Plots of a report that a training sends when it is over: confusion, predictions, sweep.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { ConfusionFigure, Prediction, PredictionsFigure } from '../figures/classification';
import type { Figure } from '../figures/draw';
import type { SweepFigure } from '../figures/sweep';
import { finite, type Gatherer, isProgress, isRecord, wrongMessage } from './gatherer';

/** More classes than this are not told apart in a picture. */
const MAX_LABELS = 60;
const MAX_PREDICTIONS = 4000;

/** Keeps what `read` makes of the latest report. */
class LatestReport<F extends Figure> implements Gatherer {
  private latest: F | undefined;

  constructor(
    private readonly read: (payload: unknown) => F,
    private readonly describe: (figure: F) => string,
  ) {}

  add(msg: Message): boolean {
    // The same output tells how the training goes.
    if (isProgress(msg)) return false;
    this.latest = this.read(msg.payload);
    return true;
  }

  reset(): void {
    this.latest = undefined;
  }

  figure(): F | undefined {
    return this.latest;
  }

  summary(): string {
    return this.latest ? this.describe(this.latest) : '';
  }
}

export const confusionGatherer = (): Gatherer =>
  new LatestReport(readConfusion, ({ labels }) => counted(labels.length, 'class', 'classes'));

export const predictionsGatherer = (): Gatherer =>
  new LatestReport(readPredictions, ({ predictions }) => counted(predictions.length, 'prediction'));

export const sweepGatherer = (): Gatherer =>
  new LatestReport(readSweep, ({ points }) => counted(points.length, 'training'));

const FROM_CLASSIFIER = 'Wire output 2 of a feature-classifier node to this one.';

function readConfusion(payload: unknown): ConfusionFigure {
  const labels = isRecord(payload) ? readLabels(payload.labels) : undefined;
  const confusion = isRecord(payload) ? payload.confusion : undefined;
  if (!isRecord(payload) || !labels || !isMatrix(confusion, labels.length)) {
    throw wrongMessage(
      'confusion',
      'the report of a classifier (labels, and as many rows of confusion)',
      describeValue(payload),
      FROM_CLASSIFIER,
    );
  }
  const { accuracy, never } = payload;
  return { kind: 'confusion', labels, confusion, accuracy: finite(accuracy), never: finite(never) };
}

function readPredictions(payload: unknown): PredictionsFigure {
  const labels = isRecord(payload) ? readLabels(payload.labels) : undefined;
  const predictions = isRecord(payload) && Array.isArray(payload.predictions) ? payload.predictions : [];
  const fits = (one: unknown): one is Prediction =>
    isRecord(one) && Number.isFinite(one.seconds) && isNumbers(one.probabilities, labels?.length ?? 0);
  if (!isRecord(payload) || !labels || predictions.length === 0 || !predictions.every(fits)) {
    throw wrongMessage(
      'predictions',
      'the report of a classifier (labels, predictions with seconds and probabilities)',
      describeValue(payload),
      FROM_CLASSIFIER,
    );
  }
  const shown = predictions
    .slice(0, MAX_PREDICTIONS)
    .map(({ seconds, label, probabilities }) => ({ seconds, label: String(label), probabilities }));
  return { kind: 'predictions', labels, predictions: shown, accuracy: finite(payload.accuracy) };
}

function readSweep(payload: unknown): SweepFigure {
  const points = isRecord(payload) && Array.isArray(payload.points) ? payload.points.filter(isSweepPoint) : [];
  if (!isRecord(payload) || points.length === 0 || !Number.isFinite(payload.best)) {
    const expected = 'the report of a sweep (points with rlWeight, rl and kl, and the best)';
    throw wrongMessage(
      'sweep',
      expected,
      describeValue(payload),
      'Wire output 2 of a vae-train node with a sweep to this one.',
    );
  }
  const sorted = points.map(({ rlWeight, rl, kl }) => ({ rlWeight, rl, kl })).sort((a, b) => a.rlWeight - b.rlWeight);
  return { kind: 'sweep', points: sorted, best: Number(payload.best) };
}

const isSweepPoint = (one: unknown): one is SweepFigure['points'][number] =>
  isRecord(one) && Number(one.rlWeight) > 0 && Number.isFinite(one.rl) && Number.isFinite(one.kl);

function readLabels(labels: unknown): string[] | undefined {
  if (!Array.isArray(labels) || labels.length === 0 || labels.length > MAX_LABELS) return undefined;
  return labels.map(String);
}

const isNumbers = (values: unknown, length: number): values is number[] =>
  Array.isArray(values) && values.length === length && values.every(Number.isFinite);

const isMatrix = (rows: unknown, size: number): rows is number[][] =>
  Array.isArray(rows) && rows.length === size && rows.every(row => isNumbers(row, size));
