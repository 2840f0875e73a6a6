// Trains a softmax classifier on a table of features, as the exercise "Music Genre Classification with Fully Connected
// Layers" does: z-normalised, the layers found by random search, the best network reset and trained anew, judged on a
// part that none of this has seen. Synchronous; runs in a worker thread.
import { Mlp, type MlpShape } from '../../stats/mlp';
import { type MlpData, type MlpEpoch, type MlpTraining, trainMlp } from '../../stats/mlp-train';
import { Random } from '../../stats/random';
import { learnZNorm, type ZNorm, zNormalised } from '../../stats/z-norm';
import type { FeatureTable } from './feature-table';
import { type Judgement, judge } from './judgement';
import { type Shares, type SplitBy, splitTable } from './split';

export interface ClassifierOptions {
  /** Every class counts the same, however many examples it has. */
  balance: boolean;
  split: Shares;
  splitBy: SplitBy;
  /** Networks that the random search tries. */
  trials: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  patience: number;
  seed: number;
}

/** What the search draws from. */
const LAYERS = { min: 1, max: 5 };
const UNITS = { min: 2, max: 16, step: 2 };
/** Trainings of each network, from different start values: one alone may be bad luck … */
const RUNS_PER_TRIAL = 2;

/** … and of the network that won; the one that validates best is kept. */
const RUNS_OF_THE_BEST = 3;

export interface Trial {
  /** Units of each hidden layer. */
  hidden: number[];
  /** Of the validation part, balanced where the classes are; mean over the runs. */
  accuracy: number;
  /** Cross-entropy of the validation part. */
  loss: number;
}

export interface ClassifierProgress {
  phase: 'search' | 'training';
  /** From 1; in the training all are done. */
  trial: number;
  trials: number;
  epoch: number;
  epochs: number;
  loss: number;
  valLoss: number;
  /** Best of the search so far. */
  bestAccuracy: number;
  secondsLeft: number;
}

export interface Prediction {
  /** Where its block starts in the test part, or its number where the rows have no length. */
  seconds: number;
  /** The true one. */
  label: string;
  probabilities: number[];
}

/** Of the examples that were neither trained on nor chosen by. */
export interface ClassifierReport extends Judgement {
  labels: string[];
  features: string[];
  /** At most 2000; of more, evenly chosen ones. */
  predictions: Prediction[];
  /** Best first. */
  trials: Trial[];
  /** Of the network that was kept. */
  hidden: number[];
  /** Epochs of the last training; those of the weights that were kept. */
  epochs: number;
  bestEpoch: number;
  /** Examples of each part. */
  rows: { training: number; validation: number; test: number };
  /** The same figures on the parts that it has seen, to tell learning by heart. */
  trainingAccuracy: number;
  validationAccuracy: number;
  seconds: number;
}

export interface TrainedClassifier {
  mlp: Mlp;
  norm: ZNorm;
  report: ClassifierReport;
}

const MAX_PREDICTIONS = 2000;

/** One of the three parts, normalised and with targets. */
interface Part {
  rowNumbers: Uint32Array;
  classes: Uint32Array;
  data: MlpData;
}

/**
 * @throws UserError as `splitTable`; Cancelled when `cancelled` says so
 */
export function trainClassifier(
  table: FeatureTable,
  options: ClassifierOptions,
  onProgress: (progress: ClassifierProgress) => void = () => {},
  cancelled: () => boolean = () => false,
): TrainedClassifier {
  const started = performance.now();
  const split = splitTable(table, options.split, options.splitBy, options.seed);
  const norm = learnZNorm(rowsOf(table, split.training), table.features.length);
  const part = (rows: Uint32Array): Part => partOf(table, rows, norm, options.balance);
  const parts = { training: part(split.training), validation: part(split.validation), test: part(split.test) };
  const run = new Run(table, parts, options, onProgress, cancelled);
  const trials = run.search();
  const { mlp, best, epochs } = run.retrain(trials[0].hidden);
  const judged = (of: Part): Judgement => judge(mlp.predict(of.data.rows), of.classes, table.labels.length);
  const report: ClassifierReport = {
    ...judged(parts.test),
    labels: table.labels,
    features: table.features,
    predictions: predictionsOf(table, parts.test, mlp),
    trials,
    hidden: trials[0].hidden,
    epochs,
    bestEpoch: best.epoch,
    rows: {
      training: split.training.length,
      validation: split.validation.length,
      test: split.test.length,
    },
    trainingAccuracy: judged(parts.training).accuracy,
    validationAccuracy: judged(parts.validation).accuracy,
    seconds: (performance.now() - started) / 1000,
  };
  return { mlp, norm, report };
}

function rowsOf({ rows, features }: FeatureTable, numbers: Uint32Array): Float64Array {
  const width = features.length;
  const chosen = new Float64Array(numbers.length * width);
  numbers.forEach((row, i) => {
    chosen.set(rows.subarray(row * width, (row + 1) * width), i * width);
  });
  return chosen;
}

function partOf(table: FeatureTable, rowNumbers: Uint32Array, norm: ZNorm, balance: boolean): Part {
  const classCount = table.labels.length;
  const classes = rowNumbers.map(row => table.classes[row]);
  const targets = new Float64Array(classes.length * classCount);
  const counts = new Array<number>(classCount).fill(0);
  classes.forEach((index, i) => {
    targets[i * classCount + index] = 1;
    counts[index]++;
  });
  const weights = balance
    ? Float64Array.from(classes, index => classes.length / (classCount * counts[index]))
    : undefined;
  return { rowNumbers, classes, data: { rows: zNormalised(rowsOf(table, rowNumbers), norm), targets, weights } };
}

/** The random search and what comes after it. */
class Run {
  private readonly random: Random;
  private readonly started = performance.now();
  private bestAccuracy = 0;

  constructor(
    private readonly table: FeatureTable,
    private readonly parts: { training: Part; validation: Part },
    private readonly options: ClassifierOptions,
    private readonly onProgress: (progress: ClassifierProgress) => void,
    private readonly cancelled: () => boolean,
  ) {
    this.random = new Random(options.seed);
  }

  /** Best first: by accuracy, then by loss. */
  search(): Trial[] {
    const trials = this.candidates().map((hidden, i) => {
      const runs = Array.from({ length: RUNS_PER_TRIAL }, () => this.train(hidden, 'search', i + 1));
      const mean = (of: (run: (typeof runs)[number]) => number): number =>
        runs.reduce((sum, run) => sum + of(run) / runs.length, 0);
      const trial = {
        hidden,
        accuracy: mean(({ mlp }) => this.accuracy(mlp)),
        loss: mean(({ best }) => best.valLoss!),
      };
      this.bestAccuracy = Math.max(this.bestAccuracy, trial.accuracy);
      return trial;
    });
    return trials.sort((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
  }

  retrain(hidden: number[]): { mlp: Mlp; best: MlpEpoch; epochs: number } {
    const runs = Array.from({ length: RUNS_OF_THE_BEST }, () => this.train(hidden, 'training', this.options.trials));
    return runs.reduce((best, run) => (run.best.valLoss! < best.best.valLoss! ? run : best));
  }

  /** Networks drawn by chance, no two alike as long as others can be found. */
  private candidates(): number[][] {
    const drawn = new Map<string, number[]>();
    for (let tries = 0; drawn.size < this.options.trials && tries < 100 * this.options.trials; tries++) {
      const hidden = Array.from({ length: LAYERS.min + this.random.below(LAYERS.max - LAYERS.min + 1) }, () => {
        return UNITS.min + UNITS.step * this.random.below((UNITS.max - UNITS.min) / UNITS.step + 1);
      });
      drawn.set(hidden.join('-'), hidden);
    }
    return [...drawn.values()];
  }

  private train(hidden: number[], phase: ClassifierProgress['phase'], trial: number) {
    const { table, parts, options, random } = this;
    const shape: MlpShape = {
      inputs: table.features.length,
      hidden,
      activation: 'tanh',
      outputs: table.labels.length,
      output: 'softmax',
    };
    const mlp = new Mlp(shape);
    mlp.initialise(random);
    const { epochs, batchSize, learningRate, patience } = options;
    const training: MlpTraining = { epochs, batchSize, learningRate, patience, seed: random.uint32() };
    const result = trainMlp(mlp, parts.training.data, training, {
      validation: parts.validation.data,
      cancelled: this.cancelled,
      onEpoch: epoch => this.tell(phase, trial, epoch),
    });
    return { mlp, ...result };
  }

  private accuracy(mlp: Mlp): number {
    const { data, classes } = this.parts.validation;
    const { accuracy, balancedAccuracy } = judge(mlp.predict(data.rows), classes, this.table.labels.length);
    return this.options.balance ? balancedAccuracy : accuracy;
  }

  private tell(phase: ClassifierProgress['phase'], trial: number, { epoch, loss, valLoss = loss }: MlpEpoch): void {
    const { trials, epochs } = this.options;
    const secondsLeft =
      phase === 'search' ? ((performance.now() - this.started) / 1000 / trial) * (trials + 1 - trial) : 0;
    const { bestAccuracy } = this;
    this.onProgress({ phase, trial, trials, epoch, epochs, loss, valLoss, bestAccuracy, secondsLeft });
  }
}

function predictionsOf(table: FeatureTable, test: Part, mlp: Mlp): Prediction[] {
  const probabilities = mlp.predict(test.data.rows);
  const width = table.labels.length;
  const every = Math.ceil(test.classes.length / MAX_PREDICTIONS);
  const predictions: Prediction[] = [];
  let seconds = 0;
  test.classes.forEach((index, i) => {
    if (i % every === 0) {
      const row = Array.from(probabilities.subarray(i * width, (i + 1) * width));
      predictions.push({ seconds, label: table.labels[index], probabilities: row });
    }
    seconds += table.seconds[test.rowNumbers[i]] || 1;
  });
  return predictions;
}
