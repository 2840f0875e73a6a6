// The engine on TensorFlow.js: the same networks, weights, losses and updates as on our own kernels. TensorFlow brings
// its own threads. Every tensor has an owner here that disposes of it, so that memory does not grow.

import { Mixture, type MixtureState, type MixtureValues, setMixtureValues } from '../../stats/mixture';
import type { Random } from '../../stats/random';
import type { Tensor } from '../../store/safetensors';
import type { Architecture } from '../architecture';
import { volume } from '../architecture';
import type { ComputeEngine, ExampleScore } from '../compute-engine';
import { BATCH_NORM } from '../conventions';
import { clampLogVariance, sample } from '../latent';
import { type Parameter, parameterTable } from '../parameters';
import { MIXTURE_TENSORS, mixtureValues } from '../prior-tensors';
import { type BatchStatistics, decode, encode, type Pass, sampleLatent } from './layers';
import type { TfApi, TfTensor } from './tf-api';
import { Weights } from './weights';

export class TensorflowEngine implements ComputeEngine {
  readonly name = 'tensorflow';
  readonly elements: number;
  readonly input: Float32Array;
  private readonly weights: Weights;
  /** Those that TensorFlow derives gradients for, and the prior's, whose gradients are our own. */
  private readonly derived: Parameter[];
  private readonly own: Parameter[];
  /** The prior and a copy of its values; undefined while it is the standard normal distribution. */
  private prior: { mixture: Mixture; values: MixtureValues } | undefined;
  /** In the order of `weights.trainable`; empty before the first call of `gradients`. */
  private sums: TfTensor[] = [];
  /** The last reconstruction, and its values once somebody has asked for them. */
  private output: TfTensor | undefined;
  private outputValues: Float32Array | undefined;

  private constructor(
    private readonly tf: TfApi,
    readonly architecture: Architecture,
    readonly batch: number,
  ) {
    this.elements = volume(architecture.input);
    this.input = new Float32Array(batch * this.elements);
    this.weights = new Weights(tf, parameterTable(architecture));
    const ofPrior = new Set<string>(Object.values(MIXTURE_TENSORS));
    this.derived = this.weights.trainable.filter(({ name }) => !ofPrior.has(name));
    this.own = this.weights.trainable.filter(({ name }) => ofPrior.has(name));
  }

  static async create(tf: TfApi, architecture: Architecture, { batch }: { batch: number }): Promise<TensorflowEngine> {
    await tf.ready();
    return new TensorflowEngine(tf, architecture, batch);
  }

  get reconstruction(): Float32Array {
    if (!this.outputValues) {
      this.outputValues = new Float32Array(this.input.length);
      if (this.output) this.outputValues.set(this.output.dataSync());
    }
    return this.outputValues;
  }

  initialise(random: Random): void {
    this.weights.initialise(random);
    this.prior = undefined;
  }

  parameters(): Record<string, Tensor> {
    return this.weights.read(true);
  }

  parameterViews(): Record<string, Tensor> {
    return this.weights.read(false);
  }

  setParameters(tensors: Record<string, Tensor>): void {
    this.weights.set(tensors);
    this.prior = undefined;
    if (this.architecture.prior.kind === 'mixture') this.useMixture();
  }

  startMixture(mixture: MixtureValues): void {
    const { weights, tf } = this;
    const { means, logVariances, logits } = MIXTURE_TENSORS;
    const put = (name: string, values: Float32Array): void => {
      weights.put(name, tf.tensor(values.slice(), weights.get(name).shape));
    };
    put(means, mixture.means);
    put(logVariances, mixture.logVariances);
    put(logits, mixture.logits);
    this.useMixture();
  }

  takeMixture(): MixtureState | undefined {
    const { prior } = this;
    if (!prior) return undefined;
    this.readMixture();
    return { values: prior.values, shares: prior.mixture.takeShares() };
  }

  private useMixture(): void {
    const values = mixtureValues(name => this.weights.get(name).dataSync().slice());
    this.prior = { values, mixture: new Mixture(values) };
  }

  /** Each update makes new tensors. */
  private readMixture(): Mixture | undefined {
    const { prior } = this;
    if (!prior) return undefined;
    setMixtureValues(
      prior.values,
      mixtureValues(name => this.weights.get(name).dataSync()),
    );
    prior.mixture.refresh();
    return prior.mixture;
  }

  gradients(
    count: number,
    first: boolean,
    rlScale: number,
    klScale: number,
    random: Random,
  ): { rl: number; kl: number } {
    const { tf, architecture, weights } = this;
    const { latentDim: latent, variational } = architecture;
    const epsilon = Float32Array.from({ length: count * latent }, () => random.normal());
    const mixture = this.readMixture();
    const own = new Map(this.own.map(({ name, size }) => [name, new Float32Array(size)]));
    const prior = mixture && { mixture, gradient: mixtureValues(name => own.get(name) ?? new Float32Array()) };
    const sampling = { count, latent, variational, epsilon, klScale, kl: new Float64Array(count), prior };
    const statistics: BatchStatistics[] = [];
    let squaredError = 0;
    const gradients = tf.tidy(() => {
      const examples = this.examples(count);
      const loss = (...tensors: TfTensor[]): TfTensor => {
        const named = new Map(this.derived.map(({ name }, i) => [name, tensors[i]]));
        const pass: Pass = { tf, count, statistics, weights: name => named.get(name) ?? weights.get(name) };
        const z = sampleLatent(tf, encode(pass, architecture, examples), sampling);
        const output = this.takeOutput(decode(pass, architecture, z));
        const error = tf.sum(tf.square(tf.sub(output, examples)));
        squaredError = error.dataSync()[0];
        return tf.mul(error, rlScale);
      };
      const derived = tf.grads(loss)(this.derived.map(({ name }) => weights.get(name)));
      return weights.trainable.map(({ name, shape }) => {
        const values = own.get(name);
        return values ? tf.tensor(values, shape) : (derived.shift() as TfTensor);
      });
    });
    this.addGradients(gradients, first);
    this.updateStatistics(statistics);
    return { rl: squaredError / this.elements, kl: sampling.kl.reduce((sum, kl) => sum + kl, 0) };
  }

  reduce(): number {
    const { tf } = this;
    let sum = 0;
    for (const gradient of this.sums) {
      const square = tf.tidy(() => tf.sum(tf.square(gradient)));
      sum += square.dataSync()[0];
      square.dispose();
    }
    return Math.sqrt(sum);
  }

  update(learningRate: number, gradientScale: number, weightDecay = 0): void {
    this.weights.update(this.sums, learningRate, gradientScale, weightDecay);
  }

  score(count: number): ExampleScore[] {
    const { tf, architecture, weights, elements } = this;
    const { latentDim: latent, variational } = architecture;
    const z = new Float32Array(count * latent);
    const kl = new Float64Array(count);
    const mixture = this.readMixture();
    let heads = new Float32Array();
    const errors = tf.tidy(() => {
      const pass: Pass = { tf, count, weights: name => weights.get(name) };
      const examples = this.examples(count);
      heads = encode(pass, architecture, examples).dataSync().slice();
      sample(heads, count, latent, variational, undefined, z, kl, mixture);
      const output = this.takeOutput(decode(pass, architecture, tf.tensor(z.slice(), [count, latent])));
      return tf.sum(tf.square(tf.sub(output, examples)), [1, 2, 3]);
    });
    const squaredErrors = errors.dataSync();
    const scores = Array.from({ length: count }, (_, b) => ({
      rl: squaredErrors[b] / elements,
      kl: kl[b],
      latent: Array.from(z.subarray(b * latent, (b + 1) * latent)),
      logVariance: variational
        ? Array.from(heads.subarray((2 * b + 1) * latent, (2 * b + 2) * latent), clampLogVariance)
        : [],
    }));
    errors.dispose();
    return scores;
  }

  decode(latents: Float32Array): void {
    const { tf, architecture, weights } = this;
    const count = latents.length / architecture.latentDim;
    tf.tidy(() => {
      const pass: Pass = { tf, count, weights: name => weights.get(name) };
      return this.takeOutput(decode(pass, architecture, tf.tensor(latents.slice(), [count, architecture.latentDim])));
    });
  }

  async close(): Promise<void> {
    this.output?.dispose();
    this.output = undefined;
    this.tf.dispose(this.sums);
    this.sums = [];
    this.weights.dispose();
  }

  /** The first `count` examples, in memory of their own: TensorFlow computes on what it is given, and may keep it a while. */
  private examples(count: number): TfTensor {
    const { tf, input, elements, architecture } = this;
    return tf.tensor(input.slice(0, count * elements), [count, ...architecture.input, 1]);
  }

  /** Keeps a reconstruction until the next one. */
  private takeOutput(output: TfTensor): TfTensor {
    this.output?.dispose();
    this.output = this.tf.keep(output);
    this.outputValues = undefined;
    return output;
  }

  private addGradients(gradients: TfTensor[], first: boolean): void {
    const { tf, sums } = this;
    const isNew = first || sums.length === 0;
    this.sums = isNew ? gradients : gradients.map((gradient, i) => tf.add(sums[i], gradient));
    tf.dispose(isNew ? sums : [...sums, ...gradients]);
  }

  private updateStatistics(statistics: BatchStatistics[]): void {
    const { tf, weights } = this;
    const { momentum } = BATCH_NORM;
    const mix = (name: string, batch: TfTensor) => {
      const mixed = tf.tidy(() => tf.add(tf.mul(weights.get(name), momentum), tf.mul(batch, 1 - momentum)));
      weights.put(name, mixed);
      batch.dispose();
    };
    for (const { name, mean, variance } of statistics) {
      mix(`${name}.mean`, mean);
      mix(`${name}.variance`, variance);
    }
  }
}
