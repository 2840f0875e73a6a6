// Tells one class from everything else by two numbers that a VAE trained on that class gives each segment: its
// reconstruction loss (rl) and its divergence (kl). A small dense network with one probability as output, after the
// one-class dog-bark system: 2-100-100-1, with ReLU between the layers or nothing.
import { UserError } from '../../errors';
import { type BinaryEvaluation, evaluateBinary } from '../../stats/binary-evaluation';
import { Mlp, type MlpShape } from '../../stats/mlp';
import { type MlpTraining, trainMlp } from '../../stats/mlp-train';
import { Random } from '../../stats/random';
import { learnZNorm, type ZNorm, zNormalised } from '../../stats/z-norm';
import type { Tensor } from '../../store/safetensors';
import type { Fitted } from '../detector';

export interface RlKlPoint {
  rl: number;
  kl: number;
  label: string;
}

export interface RlKlSettings {
  kind: 'linear' | 'relu';
  /** Units of the hidden layers; without ReLU they add nothing that one layer could not say, but learn otherwise. */
  hidden: number[];
  epochs: number;
  learningRate: number;
  weightDecay: number;
  positiveLabel: string;
  /** Both classes count alike, however many points each has. */
  balance: boolean;
  /** Part of each class that is kept for the figures of the report, 0…0.9. */
  validationSplit: number;
  seed: number;
}

/** Where the probability changes: over the range of the points, first row lowest kl, first column lowest rl. */
export interface Surface {
  rl: [number, number];
  kl: [number, number];
  columns: number;
  rows: number;
  /** Row-major. */
  probability: number[];
}

export interface RlKlReport extends BinaryEvaluation {
  kind: 'rl-kl';
  classifier: 'linear' | 'relu';
  positiveLabel: string;
  /** What the figures are about: points that were held out, or, where none was, those of the training. */
  evaluatedOn: 'held-out' | 'training';
  /** How many points that is. */
  evaluated: number;
  points: (RlKlPoint & { positive: boolean })[];
  surface: Surface;
}

const SURFACE_CELLS = 48;
/** Room around the points, part of their range. */
const MARGIN = 0.05;
/** Each class needs so many for a classifier, and one more to hold out. */
const LEAST_PER_CLASS = 2;

/** A trained classifier; plain data in and out, so that a file can hold it. */
export class RlKlClassifier implements Fitted<{ rl: number; kl: number }, number> {
  constructor(
    readonly shape: MlpShape,
    readonly norm: ZNorm,
    private readonly mlp: Mlp,
  ) {}

  /** @throws UserError `model-damaged` where the tensors do not fit the shape */
  static fromTensors(shape: MlpShape, norm: ZNorm, tensors: Record<string, Tensor>): RlKlClassifier {
    return new RlKlClassifier(shape, norm, Mlp.fromTensors(shape, tensors));
  }

  tensors(): Record<string, Tensor> {
    return this.mlp.tensors();
  }

  /** Probability of the positive class. */
  probability(rl: number, kl: number): number {
    return this.probabilities([{ rl, kl }])[0];
  }

  get bytes(): number {
    return 4 * this.mlp.parameters.length;
  }

  score(points: readonly { rl: number; kl: number }[]): number[] {
    return Array.from(this.probabilities(points));
  }

  probabilities(points: readonly { rl: number; kl: number }[]): Float64Array {
    return this.mlp.predict(zNormalised(table(points), this.norm));
  }
}

/**
 * Trains a classifier; all points at once in every step, Adam with L2, as the source does. The two numbers are brought to
 * mean 0 and deviation 1 first (its own are fed as they are, so that its training depends on their units).
 * @param watch told after every epoch; asked before each whether to stop
 * @throws UserError `one-class` where a class has no points, or too few, `diverged`; Cancelled
 */
export function trainRlKl(
  points: readonly RlKlPoint[],
  settings: RlKlSettings,
  watch: { onEpoch(epoch: number, loss: number): void; cancelled(): boolean },
): { classifier: RlKlClassifier; report: RlKlReport; loss: number } {
  const { kind, hidden, positiveLabel, seed } = settings;
  expectTwoClasses(points, settings);
  const { training, held } = split(points, settings);
  const norm = learnZNorm(table(training), 2);
  const shape: MlpShape = { inputs: 2, hidden, activation: kind, outputs: 1, output: 'sigmoid' };
  const mlp = new Mlp(shape);
  mlp.initialise(new Random(seed));
  const positive = (point: RlKlPoint): boolean => point.label === positiveLabel;
  const data = {
    rows: zNormalised(table(training), norm),
    targets: Float64Array.from(training, point => (positive(point) ? 1 : 0)),
    weights: settings.balance ? classWeights(training, positiveLabel) : undefined,
  };
  const { epochs, learningRate, weightDecay } = settings;
  const how: MlpTraining = { epochs, batchSize: 0, learningRate, weightDecay, decay: 'l2', seed };
  const { best } = trainMlp(mlp, data, how, {
    onEpoch: ({ epoch, loss }) => watch.onEpoch(epoch, loss),
    cancelled: watch.cancelled,
  });
  if (!mlp.parameters.every(Number.isFinite)) {
    throw new UserError(
      'diverged',
      `the classifier's training has diverged: its weights are no finite numbers any more. Lower learningRate (now ${learningRate}).`,
    );
  }
  const classifier = new RlKlClassifier(shape, norm, mlp);
  const judged = held.length > 0 ? held : training;
  const report: RlKlReport = {
    ...{ kind: 'rl-kl', classifier: kind, positiveLabel },
    evaluatedOn: held.length > 0 ? 'held-out' : 'training',
    evaluated: judged.length,
    ...evaluateBinary(classifier.probabilities(judged), judged.map(positive)),
    points: points.map(point => ({ ...point, positive: positive(point) })),
    surface: surfaceOf(classifier, points),
  };
  return { classifier, report, loss: best.loss };
}

/** [count][kl, rl], in the source's order. */
function table(points: readonly { rl: number; kl: number }[]): Float64Array {
  return Float64Array.from(points.flatMap(({ rl, kl }) => [kl, rl]));
}

function expectTwoClasses(points: readonly RlKlPoint[], { positiveLabel, validationSplit }: RlKlSettings): void {
  const labels = [...new Set(points.map(({ label }) => label))].sort();
  const positives = points.filter(({ label }) => label === positiveLabel).length;
  const least = LEAST_PER_CLASS + (validationSplit > 0 ? 1 : 0);
  if (positives >= least && points.length - positives >= least) return;
  const there = labels.length > 0 ? `the labels are ${labels.slice(0, 20).join(', ')}` : 'there are none';
  throw new UserError(
    'one-class',
    `${positives} of ${points.length} labelled scores are "${positiveLabel}"; expected at least ${least} of them and ${least} others. Score recordings of both kinds, and check positiveLabel: ${there}.`,
  );
}

/** Holds out the same part of each class, at least one and leaving at least LEAST_PER_CLASS. */
function split(
  points: readonly RlKlPoint[],
  { validationSplit, positiveLabel, seed }: RlKlSettings,
): { training: RlKlPoint[]; held: RlKlPoint[] } {
  if (validationSplit === 0) return { training: [...points], held: [] };
  const random = new Random(seed);
  const training: RlKlPoint[] = [];
  const held: RlKlPoint[] = [];
  for (const positive of [false, true]) {
    const some = points.filter(({ label }) => (label === positiveLabel) === positive);
    const wanted = Math.max(1, Math.round(some.length * validationSplit));
    const count = Math.min(some.length - LEAST_PER_CLASS, wanted);
    random.permutation(some.length).forEach((index, i) => {
      (i < count ? held : training).push(some[index]);
    });
  }
  return { training, held };
}

/** Mean 1 over all points, and the same sum for each class. */
function classWeights(points: readonly RlKlPoint[], positiveLabel: string): Float64Array {
  const positives = points.filter(({ label }) => label === positiveLabel).length;
  const half = points.length / 2;
  return Float64Array.from(points, ({ label }) =>
    label === positiveLabel ? half / positives : half / (points.length - positives),
  );
}

function surfaceOf(classifier: RlKlClassifier, points: readonly RlKlPoint[]): Surface {
  const rl = range(points.map(point => point.rl));
  const kl = range(points.map(point => point.kl));
  const at = ([low, high]: [number, number], i: number) => low + ((high - low) * i) / (SURFACE_CELLS - 1);
  const cells = Array.from({ length: SURFACE_CELLS ** 2 }, (_, i) => ({
    rl: at(rl, i % SURFACE_CELLS),
    kl: at(kl, Math.floor(i / SURFACE_CELLS)),
  }));
  const probability = Array.from(classifier.probabilities(cells), value => Number(value.toPrecision(4)));
  return { rl, kl, columns: SURFACE_CELLS, rows: SURFACE_CELLS, probability };
}

function range(values: number[]): [number, number] {
  const [low, high] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const margin = MARGIN * (high - low) || Math.abs(high) * MARGIN || 1;
  return [low - margin, high + margin];
}
