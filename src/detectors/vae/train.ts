// The training loop: batches, the guarded update, validation, early stopping, progress. Synchronous but for its start;
// runs in a worker thread.

import { buildArchitecture, type NetworkOptions } from '../../engine/architecture';
import type { ComputeEngine, EngineSettings, ExampleScore } from '../../engine/compute-engine';
import { chooseEngine } from '../../engine/create-engine';
import { microBatchSize } from '../../engine/memory-budget';
import type { KernelKind } from '../../engine/wasm';
import { UserError } from '../../errors';
import type { FrontEnd } from '../../messages';
import { type EarlyStopping, stoppingRule } from '../../stats/early-stopping';
import { Random } from '../../stats/random';
import { Cancelled } from '../../threads/cancelled';
import { type ExampleSource, type InputScale, learnScale, scaleInput } from './input-scale';
import { LatentUsage, type LatentUse } from './latent-use';
import { type MixtureReport, MixtureTraining, pointsFor } from './mixture-training';

export interface TrainingOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** L2: what part of the weights is added to their gradients. */
  weightDecay: number;
  rlWeight: number;
  klWeight: number;
  /** Part of the examples that is only looked at for the validation loss, 0…0.9. */
  validationSplit: number;
  earlyStopping: EarlyStopping;
  seed: number;
  threads: number;
  kernels?: KernelKind;
  /** Default: our own kernels. */
  engine?: EngineSettings;
}

export interface TrainingProgress {
  phase: 'preparing' | 'training' | 'scoring' | 'saving';
  epoch: number;
  epochs: number;
  /** Means over the epoch's examples: rlWeight·rl + klWeight·kl, and its parts. */
  loss: number;
  rl: number;
  kl: number;
  valLoss?: number;
  secondsLeft: number;
  /** With a mixture prior, once it has started. */
  mixture?: MixtureReport;
  /** In a sweep: which weight is being trained, and that it is the `run`-th of `runs`, from 1. */
  rlWeight?: number;
  run?: number;
  runs?: number;
}

export interface Scores {
  rl: Float64Array;
  kl: Float64Array;
}

/** What a training ends with; the engine still holds the weights and is the caller's to close. */
export interface Trained {
  engine: ComputeEngine;
  scale: InputScale;
  /** Scores of every example of the set; with enough examples held out, only of those, which are the honest ones. */
  scores: Scores;
  /** Means over the examples held out, or over all where none is, with z = μ. */
  evaluation: { rl: number; kl: number; loss: number };
  epochs: number;
  loss: number;
  rl: number;
  kl: number;
  valLoss?: number;
  /** With a mixture prior. */
  mixture?: MixtureReport;
  /** How much of its latent values the model uses; not for a plain autoencoder. */
  latentUse?: LatentUse;
  /** Updates that were left out because their gradient was not finite. */
  skippedUpdates: number;
  seconds: number;
}

/** From so many held-out examples on, they alone say how normal sound scores: a model flatters what it has seen. */
const LEAST_HELD_OUT = 20;
/** A gradient this many times the usual is cut down: one odd example must not throw the model off. */
const CLIP_RATIO = 10;
const NORM_MEMORY = 0.9;
/** So many updates in a row that had to be left out mean that the training has failed. */
const MAX_SKIPPED = 20;

/**
 * Trains a network on examples of `frontEnd.shape`, in dB or 0…1.
 * @throws UserError `architecture` where the network does not fit the examples, `memory` where the training does not fit
 * the machine, `diverged` where the loss does not stay finite, `components` or `mixture-collapsed` where the prior is a
 * mixture that cannot start or go on, or as `chooseEngine`; Cancelled when `cancelled` says so
 */
export async function train(
  source: ExampleSource,
  frontEnd: FrontEnd,
  network: NetworkOptions,
  options: TrainingOptions,
  onProgress: (progress: TrainingProgress) => void,
  cancelled: () => boolean,
): Promise<Trained> {
  const { epochs, batchSize, seed, threads, rlWeight, klWeight } = options;
  const started = performance.now();
  const factory = chooseEngine(options.engine);
  const blank = { epoch: 0, epochs, loss: 0, rl: 0, kl: 0, secondsLeft: 0 };
  onProgress({ phase: 'preparing', ...blank });
  const scale = learnScale(source, frontEnd);
  const architecture = buildArchitecture([frontEnd.shape[0], scale.frames], network);
  const random = new Random(seed);
  const order = random.permutation(source.count);
  const held = Math.min(source.count - 1, Math.round(source.count * options.validationSplit));
  const validation = order.slice(0, held);
  const training = order.slice(held);
  const mixtureTraining = MixtureTraining.for(architecture, epochs, training.length);
  const batch = microBatchSize(architecture, Math.min(batchSize, training.length), threads, undefined, factory.name);
  const engine = await factory.create(architecture, { batch, threads, training: true, kernels: options.kernels });
  try {
    const run = new TrainingRun(engine, source, frontEnd, scale, options, random, cancelled);
    engine.initialise(random);
    const rule = stoppingRule(options.earlyStopping);
    const beginStopping = (): void => {
      if (held > 0) rule.begin?.(run.evaluate(run.scores(validation)).loss);
    };
    if (!mixtureTraining) beginStopping();
    let mixture: MixtureReport | undefined;
    let last = { ...blank, phase: 'training' } as TrainingProgress;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const { rl, kl } = run.epoch(training);
      mixture = mixtureTraining?.report(engine);
      const loss = rlWeight * rl + klWeight * kl;
      const valLoss = held > 0 ? run.evaluate(run.scores(validation)).loss : undefined;
      const secondsLeft = ((performance.now() - started) / 1000 / epoch) * (epochs - epoch);
      last = { phase: 'training', epoch, epochs, loss, rl, kl, valLoss, secondsLeft, mixture };
      onProgress(last);
      if (mixtureTraining?.startsAfter(epoch)) {
        mixtureTraining.start(engine, [...run.score(pointsFor(training, random))], random);
        beginStopping();
      }
      // Losses before and after the start of a mixture cannot be compared.
      const comparable = !mixtureTraining?.isWarmUp(epoch);
      if (comparable && rule.shouldStop({ training: loss, validation: valLoss ?? loss })) break;
    }
    run.expectUpdates();
    onProgress({ ...last, phase: 'scoring', secondsLeft: 0 });
    const all = Uint32Array.from({ length: source.count }, (_, i) => i);
    const usage = new LatentUsage(architecture.latentDim);
    const scores = run.scores(held >= LEAST_HELD_OUT ? validation : all, score => usage.add(score));
    const latentUse = architecture.variational ? usage.result() : undefined;
    const isFew = held > 0 && held < LEAST_HELD_OUT;
    const evaluation = run.evaluate(isFew ? run.scores(validation) : scores);
    const { epoch, loss, rl, kl, valLoss } = last;
    const seconds = (performance.now() - started) / 1000;
    const { skippedUpdates } = run;
    const ended = { epochs: epoch, loss, rl, kl, valLoss, mixture, latentUse };
    return { engine, scale, scores, evaluation, ...ended, skippedUpdates, seconds };
  } catch (thrown) {
    await engine.close();
    throw thrown;
  }
}

class TrainingRun {
  skippedUpdates = 0;
  private skippedInARow = 0;
  private updates = 0;
  private usualNorm = 0;
  private readonly example: Float32Array;

  constructor(
    private readonly engine: ComputeEngine,
    private readonly source: ExampleSource,
    private readonly frontEnd: FrontEnd,
    private readonly scale: InputScale,
    private readonly options: TrainingOptions,
    private readonly random: Random,
    private readonly cancelled: () => boolean,
  ) {
    this.example = new Float32Array(source.exampleLength);
  }

  /** One pass over the training examples in a new order; means of rl and kl. */
  epoch(examples: Uint32Array): { rl: number; kl: number } {
    const { engine, random } = this;
    const { batchSize, rlWeight, klWeight } = this.options;
    const order = random.permutation(examples.length);
    const micro = engine.batch;
    const sum = { rl: 0, kl: 0 };
    for (let start = 0; start < order.length; start += batchSize) {
      const size = Math.min(batchSize, order.length - start);
      for (let done = 0; done < size; done += micro) {
        if (this.cancelled()) throw new Cancelled();
        const count = Math.min(micro, size - done);
        this.load(count, i => examples[order[start + done + i]]);
        const rlScale = rlWeight / (size * engine.elements);
        const part = engine.gradients(count, done === 0, rlScale, klWeight / size, random);
        sum.rl += part.rl;
        sum.kl += part.kl;
      }
      this.update();
    }
    return { rl: sum.rl / order.length, kl: sum.kl / order.length };
  }

  /** Adam, but not with a gradient that is no number, and not with one far larger than usual. */
  private update(): void {
    const { engine } = this;
    const norm = engine.reduce();
    if (!Number.isFinite(norm)) {
      this.skippedUpdates++;
      if (++this.skippedInARow >= MAX_SKIPPED) throw this.diverged(`the last ${MAX_SKIPPED}`);
      return;
    }
    this.skippedInARow = 0;
    this.updates++;
    const limit = this.usualNorm === 0 ? norm : CLIP_RATIO * this.usualNorm;
    const clipped = Math.min(norm, limit);
    this.usualNorm = this.usualNorm === 0 ? norm : NORM_MEMORY * this.usualNorm + (1 - NORM_MEMORY) * clipped;
    engine.update(this.options.learningRate, norm > 0 ? clipped / norm : 1, this.options.weightDecay);
  }

  /** A short training may end before so many gradients were left out; one without a single update has failed as well. */
  expectUpdates(): void {
    if (this.updates === 0) throw this.diverged('all');
  }

  private diverged(which: string): UserError {
    const { learningRate, rlWeight } = this.options;
    return new UserError(
      'diverged',
      `the training has diverged: ${which} gradients were not finite numbers. Lower learningRate (now ${learningRate}) or rlWeight (now ${rlWeight}).`,
    );
  }

  /** Means of the scores, and the loss they come to. */
  evaluate(scores: Scores): { rl: number; kl: number; loss: number } {
    const { rlWeight, klWeight } = this.options;
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [rl, kl] = [mean(scores.rl), mean(scores.kl)];
    return { rl, kl, loss: rlWeight * rl + klWeight * kl };
  }

  /** @param look is shown each example's score whole */
  scores(examples: Uint32Array, look?: (score: ExampleScore) => void): Scores {
    const rl = new Float64Array(examples.length);
    const kl = new Float64Array(examples.length);
    let i = 0;
    for (const score of this.score(examples)) {
      rl[i] = score.rl;
      kl[i++] = score.kl;
      look?.(score);
    }
    return { rl, kl };
  }

  /** Scores of examples, with z = μ. */
  *score(examples: Uint32Array): Generator<ExampleScore> {
    const { engine } = this;
    const micro = engine.batch;
    for (let start = 0; start < examples.length; start += micro) {
      if (this.cancelled()) throw new Cancelled();
      const count = Math.min(micro, examples.length - start);
      this.load(count, i => examples[start + i]);
      yield* engine.score(count);
    }
  }

  private load(count: number, indexOf: (i: number) => number): void {
    const { engine, source, frontEnd, scale, example } = this;
    for (let i = 0; i < count; i++) {
      source.read(indexOf(i), example);
      scaleInput(example, frontEnd.shape, scale, engine.input, i * engine.elements);
    }
  }
}
