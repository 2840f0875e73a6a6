// A network with its memory and its threads, driven from one of them. Lives in a worker: every call blocks until the
// threads are done.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type MixtureState, type MixtureValues, setMixtureValues } from '../stats/mixture';
import type { Random } from '../stats/random';
import type { Tensor } from '../store/safetensors';
import type { Architecture } from './architecture';
import { volume } from './architecture';
import type { ComputeEngine, ExampleScore } from './compute-engine';
import { ThreadContext } from './context';
import { Command } from './control';
import { clampLogVariance } from './latent';
import type { PlanOptions } from './memory-layout';
import { Network } from './network';
import { expectTensor, initialise } from './parameters';
import { type NetworkPlan, planNetwork } from './plan';
import { mixtureOf } from './prior-tensors';
import { bestKernels, createMemory, type KernelKind, loadKernels, type WasmMemory } from './wasm';

/** What a compute thread is started with. */
export interface ThreadData {
  plan: NetworkPlan;
  memory: WasmMemory;
  kind: KernelKind;
  thread: number;
}

export interface EngineOptions {
  /** Examples at once. */
  batch: number;
  threads?: number;
  training?: boolean;
  kernels?: KernelKind;
}

export class Engine implements ComputeEngine {
  readonly name = 'wasm';
  readonly elements: number;
  readonly kernelKind: KernelKind;
  private readonly network: Network;
  private steps = 0;

  private constructor(
    readonly plan: NetworkPlan,
    private readonly context: ThreadContext,
    private readonly workers: Worker[],
    kind: KernelKind,
  ) {
    this.kernelKind = kind;
    this.elements = volume(plan.architecture.input);
    this.network = new Network(context, plan);
  }

  /**
   * Takes memory and starts the threads.
   * @throws UserError `memory` or `no-simd`
   */
  static async create(architecture: Architecture, options: EngineOptions): Promise<Engine> {
    const { batch, threads = 1, training = false, kernels: kind = bestKernels() } = options;
    const planOptions: PlanOptions = { batch, threads, training };
    const plan = planNetwork(architecture, planOptions);
    const memory = createMemory(plan.bytes);
    const context = new ThreadContext(plan.shared, loadKernels(memory, kind), memory, 0);
    const workers: Worker[] = [];
    const engine = new Engine(plan, context, workers, kind);
    for (let thread = 1; thread < threads; thread++) {
      const workerData: ThreadData = { plan, memory, kind, thread };
      workers.push(new Worker(join(__dirname, 'compute-thread.js'), { workerData }));
    }
    await Promise.all(workers.map(worker => once(worker, 'message')));
    return engine;
  }

  get architecture(): Architecture {
    return this.plan.architecture;
  }

  get batch(): number {
    return this.plan.options.batch;
  }

  /** The examples of the batch, [batch][bins · frames]; to be filled before `gradients` or `score`. */
  get input(): Float32Array {
    return this.context.floats(this.plan.input, this.plan.options.batch * this.elements);
  }

  /** The reconstructions that `score`, `decode` or `gradients` made, [batch][bins · frames]. */
  get reconstruction(): Float32Array {
    const { output, options } = this.plan;
    return this.context.floats(output.reconstruction, options.batch * this.elements);
  }

  /** Weights for a training from the start. */
  initialise(random: Random): void {
    const { table, parameters } = this.plan.shared;
    initialise(table, this.context.floats(parameters, table.size), random);
    this.network.latent.setMixture(false);
    this.run(Command.prepare);
  }

  /** Copies of all parameters. */
  parameters(): Record<string, Tensor> {
    return this.tensors(this.plan.shared.parameters, true);
  }

  /** Copies of the gradients as `reduce` left them. */
  gradientTensors(): Record<string, Tensor> {
    return this.tensors(this.plan.shared.gradients, false);
  }

  /** Views on all parameters, valid until the engine is used again: to be written to a file without a second copy. */
  parameterViews(): Record<string, Tensor> {
    return this.tensors(this.plan.shared.parameters, true, false);
  }

  private tensors(block: number, all: boolean, copy = true): Record<string, Tensor> {
    const result: Record<string, Tensor> = {};
    for (const { name, shape, size, offset, trainable } of this.plan.shared.table.list) {
      if (!all && !trainable) continue;
      const view = this.context.floats(block + offset * 4, size);
      result[name] = { shape, data: copy ? view.slice() : view };
    }
    return result;
  }

  /**
   * Sets all parameters.
   * @throws Error naming a tensor that is missing or of another shape
   */
  setParameters(tensors: Record<string, Tensor>): void {
    const { table, parameters } = this.plan.shared;
    for (const parameter of table.list) {
      const { data } = expectTensor(parameter, tensors);
      this.context.floats(parameters + parameter.offset * 4, parameter.size).set(data);
    }
    this.network.latent.setMixture(this.architecture.prior.kind === 'mixture');
    this.run(Command.prepare);
  }

  startMixture(mixture: MixtureValues): void {
    setMixtureValues(this.mixtureViews(), mixture);
    this.network.latent.setMixture(true);
  }

  takeMixture(): MixtureState | undefined {
    const shares = this.network.latent.mixture?.takeShares();
    return shares && { values: this.mixtureViews(), shares };
  }

  private mixtureViews(): MixtureValues {
    return mixtureOf(this.parameterViews());
  }

  /**
   * Forward and backward for the first `count` examples; gradients add up until a call with `first`.
   * @param rlScale weight of the sum of squared errors; klScale of the sum of divergences
   * @param random where the sampling step takes its noise from
   * @returns sums over the examples: squared error per element, and divergence
   */
  gradients(
    count: number,
    first: boolean,
    rlScale: number,
    klScale: number,
    random: Random,
  ): { rl: number; kl: number } {
    const { output, latent } = this.plan;
    const epsilon = this.context.floats(latent.epsilon, count * latent.latent);
    for (let i = 0; i < epsilon.length; i++) epsilon[i] = random.normal();
    const { control } = this.network;
    control.setCount(count);
    control.setLoss(rlScale, klScale, !first);
    this.run(Command.gradients);
    let rl = 0;
    let kl = 0;
    for (const error of this.context.doubles(output.rl, count)) rl += error / this.elements;
    for (const divergence of this.context.doubles(latent.kl, count)) kl += divergence;
    return { rl, kl };
  }

  /** Adds up what the threads have; the norm of the whole gradient. */
  reduce(): number {
    this.run(Command.reduce);
    return this.network.optimizer.norm();
  }

  /** One step of Adam, with gradients multiplied by `gradientScale` and `weightDecay` times the parameters added. */
  update(learningRate: number, gradientScale: number, weightDecay = 0): void {
    this.network.control.setUpdate(learningRate, ++this.steps, gradientScale, weightDecay);
    this.run(Command.update);
  }

  /** Scores the first `count` examples of `input`, with z = μ. */
  score(count: number): ExampleScore[] {
    this.network.control.setCount(count);
    this.run(Command.score);
    const { z, heads, latent, variational, kl } = this.plan.latent;
    const divergences = this.context.doubles(kl, count);
    const errors = this.context.doubles(this.plan.output.rl, count);
    const logVariance = (b: number) => this.context.floats(heads + (2 * b + 1) * latent * 4, latent);
    return Array.from({ length: count }, (_, b) => ({
      rl: errors[b] / this.elements,
      kl: divergences[b],
      latent: Array.from(this.context.floats(z + b * latent * 4, latent)),
      logVariance: variational ? Array.from(logVariance(b), clampLogVariance) : [],
    }));
  }

  /** Draws the spectrograms of latent values, [count][latentDim], into `reconstruction`. */
  decode(latents: Float32Array): void {
    this.context.floats(this.plan.latent.z, latents.length).set(latents);
    this.network.control.setCount(latents.length / this.architecture.latentDim);
    this.run(Command.decode);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    const ends = this.workers.map(worker => once(worker, 'exit'));
    this.network.control.send(Command.exit);
    await Promise.all(ends);
  }

  private run(command: Command): void {
    this.network.control.send(command);
    this.network.run(command);
  }
}
