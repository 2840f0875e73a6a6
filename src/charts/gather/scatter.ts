// Points of labelled scores: reconstruction loss and KL divergence, or the latent vector.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted, percent } from '../figures/caption';
import type { DecisionSurface, LatentFigure, RlKlFigure } from '../figures/scatter';
import { finite, type Gatherer, isProgress, isRecord, wrongMessage } from './gatherer';

const MAX_POINTS = 2000;
/** Numbers of all latent vectors together: 4 MB. */
const MAX_NUMBERS = 2 ** 20;
/** Classes that are told apart; further ones share a marker. */
const MAX_CLASSES = 16;
const OTHERS = 'others';
const FROM_SCORE = 'Wire a vae-score node to this one.';

interface Labelled {
  label: string;
}

/** The names of the labels in alphabetical order (0 to 9 as numbers), and which of them each point has. */
function classified(points: readonly Labelled[]): { classes: string[]; classOf: number[] } {
  const all = [...new Set(points.map(({ label }) => label))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const classes = all.length > MAX_CLASSES ? [...all.slice(0, MAX_CLASSES - 1), OTHERS] : all;
  const numbers = new Map(classes.map((label, i) => [label, i]));
  return { classes, classOf: points.map(({ label }) => numbers.get(label) ?? classes.length - 1) };
}

interface RlKlPoint extends Labelled {
  rl: number;
  kl: number;
}

/** What a classifier's report says beside its points. */
type Verdict = Pick<RlKlFigure, 'surface' | 'positiveLabel' | 'note'>;

export class RlKlGatherer implements Gatherer {
  private points: RlKlPoint[] = [];
  private verdict: Verdict = {};

  add(msg: Message): boolean {
    if (isProgress(msg)) return false;
    const { payload, score, label } = msg;
    if (isRecord(payload) && payload.kind === 'rl-kl' && Array.isArray(payload.points)) {
      // The report brings all that the classifier learnt from: what came before is among it.
      this.points = payload.points
        .filter(isPoint)
        .slice(-MAX_POINTS)
        .map(one => ({ rl: one.rl, kl: one.kl, label: String(one.label ?? '') }));
      this.verdict = verdictOf(payload);
      return true;
    }
    if (!isRecord(score) || !isPoint(score)) {
      const got = `msg.score ${describeValue(score)} and the payload ${describeValue(payload)}`;
      throw wrongMessage(
        'rl-kl',
        'a score (msg.score with rl and kl) or the report of an rl-kl-classifier',
        got,
        FROM_SCORE,
      );
    }
    this.points.push({ rl: score.rl, kl: score.kl, label: String(label ?? '') });
    if (this.points.length > MAX_POINTS) this.points.shift();
    return true;
  }

  reset(): void {
    this.points = [];
    this.verdict = {};
  }

  figure(): RlKlFigure | undefined {
    if (this.points.length === 0) return undefined;
    const [rl, kl] = [this.points.map(point => point.rl), this.points.map(point => point.kl)];
    return { kind: 'rl-kl', rl, kl, ...classified(this.points), ...this.verdict };
  }

  summary(): string {
    return counted(this.points.length, 'point');
  }
}

const isPoint = (one: unknown): one is { rl: number; kl: number; label?: unknown } =>
  isRecord(one) && Number.isFinite(one.rl) && Number.isFinite(one.kl);

function verdictOf({ surface, positiveLabel, auc, balancedAccuracy }: Record<string, unknown>): Verdict {
  const parts = [
    ['AUC', finite(auc)?.toFixed(3)],
    ['balanced accuracy', finite(balancedAccuracy) === undefined ? undefined : percent(Number(balancedAccuracy))],
  ];
  return {
    surface: isSurface(surface) ? surface : undefined,
    positiveLabel: positiveLabel === undefined ? undefined : String(positiveLabel),
    note: parts
      .filter(([, value]) => value !== undefined)
      .map(part => part.join(' '))
      .join(', '),
  };
}

function isSurface(surface: unknown): surface is DecisionSurface {
  if (!isRecord(surface)) return false;
  const { rl, kl, columns, rows, probability } = surface;
  const isRange = (range: unknown): boolean => Array.isArray(range) && range.length === 2 && range[1] > range[0];
  return (
    isRange(rl) &&
    isRange(kl) &&
    Number(columns) > 1 &&
    Number(rows) > 1 &&
    Array.isArray(probability) &&
    probability.length === Number(columns) * Number(rows)
  );
}

interface LatentPoint extends Labelled {
  latent: Float32Array;
}

export class LatentGatherer implements Gatherer {
  private points: LatentPoint[] = [];
  private dims = 0;

  add({ score, label }: Message): boolean {
    const latent = isRecord(score) ? score.latent : undefined;
    if (!Array.isArray(latent) || latent.length === 0 || !latent.every(Number.isFinite)) {
      throw wrongMessage(
        'latent',
        'a score with its latent vector (msg.score.latent)',
        `msg.score ${describeValue(score)}`,
        FROM_SCORE,
      );
    }
    // Another number of dimensions is another model: its points lie in another space.
    if (latent.length !== this.dims) this.reset();
    this.dims = latent.length;
    this.points.push({ label: String(label ?? ''), latent: Float32Array.from(latent) });
    const most = Math.max(2, Math.min(MAX_POINTS, Math.floor(MAX_NUMBERS / this.dims)));
    if (this.points.length > most) this.points.shift();
    return true;
  }

  reset(): void {
    this.points = [];
    this.dims = 0;
  }

  figure(): LatentFigure | undefined {
    const { points, dims } = this;
    // Two points make a direction.
    if (points.length < 2) return undefined;
    const latents = new Float32Array(points.length * dims);
    points.forEach(({ latent }, i) => {
      latents.set(latent, i * dims);
    });
    return { kind: 'latent', latents, dims, ...classified(points) };
  }

  summary(): string {
    return `${counted(this.points.length, 'point')} of ${counted(this.dims, 'dimension')}`;
  }
}
