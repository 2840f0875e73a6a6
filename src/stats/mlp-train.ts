// Trains the dense networks of mlp.ts: Adam in batches, early stopping, the best weights kept. Synchronous: belongs in
// a worker thread unless the table is small.

import { Cancelled } from '../threads/cancelled';
import { Patience } from './early-stopping';
import type { Mlp } from './mlp';
import { Random } from './random';

/** A table to learn from or to judge by; rows must be finite, best z-normalised (z-norm.ts). */
export interface MlpData {
  /** [count][inputs] row-major */
  rows: Float64Array;
  /** [count][outputs] row-major; one-hot for classes */
  targets: Float64Array;
  /** What each row counts, mean 1. Default: all the same. */
  weights?: Float64Array;
}

export interface MlpTraining {
  epochs: number;
  /** Rows per step; 0: all. */
  batchSize: number;
  learningRate: number;
  weightDecay?: number;
  /**
   * l2 [default]: the decay is part of the gradient, as in torch.optim.Adam; decoupled: weights shrink by
   * learningRate · weightDecay a step, as in AdamW (I. Loshchilov & F. Hutter, 2019).
   */
  decay?: 'l2' | 'decoupled';
  /** Stops after so many epochs without a better validation loss; default: never. */
  patience?: number;
  /** Of the order of the rows. The start values are `Mlp.initialise`'s. */
  seed: number;
}

export interface MlpEpoch {
  /** From 1. */
  epoch: number;
  /** Mean over the epoch's steps. */
  loss: number;
  valLoss?: number;
}

export interface MlpWatch {
  validation?: MlpData;
  onEpoch?(epoch: MlpEpoch): void;
  /** Asked before each epoch. */
  cancelled?(): boolean;
}

/**
 * Trains in place. With validation data the network ends with the weights of the epoch whose validation loss was
 * lowest, otherwise with the last.
 * @returns the epoch whose weights it has, and how many were trained
 * @throws Cancelled when `cancelled` says so
 */
export function trainMlp(
  mlp: Mlp,
  data: MlpData,
  training: MlpTraining,
  { validation, onEpoch, cancelled }: MlpWatch = {},
): { best: MlpEpoch; epochs: number } {
  const random = new Random(training.seed);
  const adam = new Adam(mlp.parameters.length, training);
  const batches = new Batches(data, mlp.shape, training.batchSize);
  const rule = new Patience(training.patience ?? Number.POSITIVE_INFINITY);
  const bestParameters = mlp.parameters.slice();
  let best: MlpEpoch | undefined;
  for (let epoch = 1; ; epoch++) {
    if (cancelled?.()) throw new Cancelled();
    const loss = batches.epoch(random, batch => adam.step(mlp, batch));
    const valLoss = validation && mlp.loss(validation.rows, validation.targets, validation.weights);
    const report = { epoch, loss, valLoss };
    onEpoch?.(report);
    if (!best || valLoss === undefined || valLoss < (best.valLoss as number)) {
      best = report;
      bestParameters.set(mlp.parameters);
    }
    if (
      epoch >= training.epochs ||
      (valLoss !== undefined && rule.shouldStop({ training: loss, validation: valLoss }))
    ) {
      mlp.parameters.set(bestParameters);
      return { best, epochs: epoch };
    }
  }
}

/** Adam (D. Kingma & J. Ba, 2015) with the defaults of Keras and PyTorch. */
class Adam {
  private readonly gradient: Float64Array;
  private readonly mean: Float64Array;
  private readonly variance: Float64Array;
  private steps = 0;

  constructor(
    size: number,
    private readonly training: MlpTraining,
  ) {
    this.gradient = new Float64Array(size);
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size);
  }

  /** One update; gives the batch's loss before it. */
  step(mlp: Mlp, { rows, targets, weights }: MlpData): number {
    const { gradient, mean, variance } = this;
    const { learningRate, weightDecay = 0, decay = 'l2' } = this.training;
    const p = mlp.parameters;
    const loss = mlp.gradients(rows, targets, gradient, weights);
    this.steps++;
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
    const rate = learningRate / (1 - beta1 ** this.steps);
    const correction = 1 / (1 - beta2 ** this.steps);
    const l2 = decay === 'l2' ? weightDecay : 0;
    const shrink = decay === 'decoupled' ? 1 - learningRate * weightDecay : 1;
    for (let i = 0; i < p.length; i++) {
      const g = gradient[i] + l2 * p[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      variance[i] = beta2 * variance[i] + (1 - beta2) * g * g;
      p[i] = shrink * p[i] - (rate * mean[i]) / (Math.sqrt(variance[i] * correction) + epsilon);
    }
    return loss;
  }
}

/** Hands out the rows of a table in a new order each epoch, in memory that is used again. */
class Batches {
  private readonly count: number;
  private readonly size: number;
  private readonly batch: MlpData;

  constructor(
    private readonly data: MlpData,
    private readonly shape: { inputs: number; outputs: number },
    batchSize: number,
  ) {
    this.count = data.rows.length / shape.inputs;
    this.size = batchSize === 0 ? this.count : Math.min(batchSize, this.count);
    this.batch = {
      rows: new Float64Array(this.size * shape.inputs),
      targets: new Float64Array(this.size * shape.outputs),
      weights: data.weights && new Float64Array(this.size),
    };
  }

  /** Mean over the rows of what `step` gives for their batches. */
  epoch(random: Random, step: (batch: MlpData) => number): number {
    const order = random.permutation(this.count);
    let sum = 0;
    for (let start = 0; start < this.count; start += this.size) {
      const size = Math.min(this.size, this.count - start);
      sum += step(this.gather(order, start, size)) * size;
    }
    return sum / this.count;
  }

  private gather(order: Uint32Array, start: number, size: number): MlpData {
    const { data, batch } = this;
    const { inputs, outputs } = this.shape;
    for (let i = 0; i < size; i++) {
      const row = order[start + i];
      batch.rows.set(data.rows.subarray(row * inputs, (row + 1) * inputs), i * inputs);
      batch.targets.set(data.targets.subarray(row * outputs, (row + 1) * outputs), i * outputs);
      if (batch.weights && data.weights) batch.weights[i] = data.weights[row];
    }
    return {
      rows: batch.rows.subarray(0, size * inputs),
      targets: batch.targets.subarray(0, size * outputs),
      weights: batch.weights?.subarray(0, size),
    };
  }
}
