// A network with its memory and its threads, driven from one of them. Lives in a worker: every call blocks until the
// threads are done.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Random } from '../stats/random';
import type { Tensor } from '../store/safetensors';
import type { Architecture } from './architecture';
import { volume } from './architecture';
import type { ComputeEngine, PictureScore } from './compute-engine';
import { ThreadContext } from './context';
import { clampLogVariance } from './latent';
import { type MixtureState, type MixtureValues, mixtureOf, setMixtureValues } from './mixture';
import { Command, Network } from './network';
import { expectTensor, initialise } from './parameters';
import { type NetworkPlan, type PlanOptions, planNetwork } from './plan';
import { bestKernels, createMemory, type KernelKind, loadKernels, type WasmMemory } from './wasm';

/** What a compute thread is started with. */
export interface ThreadData {
  architecture: Architecture;
  options: PlanOptions;
  memory: WasmMemory;
  kind: KernelKind;
  thread: number;
}

/** Integers of the control block behind the barrier's two: a counter of commands, and the command. */
export const CONTROL = { counter: 2, command: 3 } as const;

export interface EngineOptions {
  /** Pictures at once. */
  batch: number;
  threads?: number;
  training?: boolean;
  kernels?: KernelKind;
}

export class Engine implements ComputeEngine {
  readonly name = 'wasm';
  readonly pixels: number;
  readonly kernelKind: KernelKind;
  private readonly network: Network;
  private readonly control: Int32Array;
  private steps = 0;

  private constructor(
    private readonly context: ThreadContext,
    private readonly workers: Worker[],
    kind: KernelKind,
  ) {
    const { plan, i32 } = context;
    this.kernelKind = kind;
    this.pixels = volume(plan.architecture.input);
    this.network = new Network(context);
    this.control = i32.subarray(plan.control / 4, plan.control / 4 + 8);
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
    const context = new ThreadContext(plan, loadKernels(memory, kind), memory, 0);
    const workers: Worker[] = [];
    const engine = new Engine(context, workers, kind);
    for (let thread = 1; thread < threads; thread++) {
      const workerData: ThreadData = { architecture, options: planOptions, memory, kind, thread };
      workers.push(new Worker(join(__dirname, 'compute-thread.js'), { workerData }));
    }
    await Promise.all(workers.map(worker => once(worker, 'message')));
    return engine;
  }

  get plan(): NetworkPlan {
    return this.context.plan;
  }

  get architecture(): Architecture {
    return this.plan.architecture;
  }

  get batch(): number {
    return this.plan.options.batch;
  }

  /** The pictures of the batch, [batch][bins · frames]; to be filled before `gradients` or `score`. */
  get input(): Float32Array {
    return this.context.floats(this.plan.input, this.plan.options.batch * this.pixels);
  }

  /** The reconstructions that `score`, `decode` or `gradients` made, [batch][bins · frames]. */
  get reconstruction(): Float32Array {
    const { decoder, options } = this.plan;
    return this.context.floats(decoder[decoder.length - 1].output, options.batch * this.pixels);
  }

  /** Weights for a training from the start. */
  initialise(random: Random): void {
    initialise(this.plan.table, this.context.floats(this.plan.parameters, this.plan.table.size), random);
    this.network.setMixture(false);
    this.run(Command.prepare);
  }

  /** Copies of all parameters. */
  parameters(): Record<string, Tensor> {
    return this.tensors(this.plan.parameters, true);
  }

  /** Copies of the gradients as `reduce` left them. */
  gradientTensors(): Record<string, Tensor> {
    return this.tensors(this.plan.gradients, false);
  }

  /** Views on all parameters, valid until the engine is used again: to be written to a file without a second copy. */
  parameterViews(): Record<string, Tensor> {
    return this.tensors(this.plan.parameters, true, false);
  }

  private tensors(block: number, all: boolean, copy = true): Record<string, Tensor> {
    const result: Record<string, Tensor> = {};
    for (const { name, shape, size, offset, trainable } of this.plan.table.list) {
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
    for (const parameter of this.plan.table.list) {
      const { data } = expectTensor(parameter, tensors);
      this.context.floats(this.plan.parameters + parameter.offset * 4, parameter.size).set(data);
    }
    this.network.setMixture(this.architecture.prior.kind === 'mixture');
    this.run(Command.prepare);
  }

  startMixture(mixture: MixtureValues): void {
    setMixtureValues(this.mixtureViews(), mixture);
    this.network.setMixture(true);
  }

  takeMixture(): MixtureState | undefined {
    const shares = this.network.mixture?.takeShares();
    return shares && { values: this.mixtureViews(), shares };
  }

  private mixtureViews(): MixtureValues {
    return mixtureOf(this.parameterViews());
  }

  /**
   * Forward and backward for the first `count` pictures; gradients add up until a call with `first`.
   * @param rlScale weight of the sum of squared errors; klScale of the sum of divergences
   * @param random where the sampling step takes its noise from
   * @returns sums over the pictures: squared error per element, and divergence
   */
  gradients(
    count: number,
    first: boolean,
    rlScale: number,
    klScale: number,
    random: Random,
  ): { rl: number; kl: number } {
    const { plan } = this;
    const epsilon = this.context.floats(plan.epsilon, count * plan.architecture.latentDim);
    for (let i = 0; i < epsilon.length; i++) epsilon[i] = random.normal();
    this.network.setCount(count, first);
    this.network.setLoss(rlScale, klScale);
    this.run(Command.gradients);
    let rl = 0;
    let kl = 0;
    for (let b = 0; b < count; b++) {
      rl += this.context.f64[plan.rl / 8 + b] / this.pixels;
      kl += this.context.f64[plan.kl / 8 + b];
    }
    return { rl, kl };
  }

  /** Adds up what the threads have; the norm of the whole gradient. */
  reduce(): number {
    this.run(Command.reduce);
    const { norms, options } = this.plan;
    let sum = 0;
    for (let t = 0; t < options.threads; t++) sum += this.context.f64[norms / 8 + t];
    return Math.sqrt(sum);
  }

  /** One step of Adam, with gradients multiplied by `gradientScale` and `weightDecay` times the parameters added. */
  update(learningRate: number, gradientScale: number, weightDecay = 0): void {
    this.network.setUpdate(learningRate, ++this.steps, gradientScale, weightDecay);
    this.run(Command.update);
  }

  /** Scores the first `count` pictures of `input`, with z = μ. */
  score(count: number): PictureScore[] {
    this.network.setCount(count);
    this.run(Command.score);
    const { rl, kl, z, heads, architecture } = this.plan;
    const { latentDim: latent, variational } = architecture;
    const logVariance = (b: number) => this.context.floats(heads + (2 * b + 1) * latent * 4, latent);
    return Array.from({ length: count }, (_, b) => ({
      rl: this.context.f64[rl / 8 + b] / this.pixels,
      kl: this.context.f64[kl / 8 + b],
      latent: Array.from(this.context.floats(z + b * latent * 4, latent)),
      logVariance: variational ? Array.from(logVariance(b), clampLogVariance) : [],
    }));
  }

  /** Draws the pictures of latent values, [count][latentDim], into `reconstruction`. */
  decode(latents: Float32Array): void {
    this.context.floats(this.plan.z, latents.length).set(latents);
    this.network.setCount(latents.length / this.architecture.latentDim);
    this.run(Command.decode);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    const ends = this.workers.map(worker => once(worker, 'exit'));
    this.command(Command.exit);
    await Promise.all(ends);
  }

  private run(command: number): void {
    this.command(command);
    this.network.run(command);
  }

  private command(command: number): void {
    const { control } = this;
    Atomics.store(control, CONTROL.command, command);
    Atomics.add(control, CONTROL.counter, 1);
    Atomics.notify(control, CONTROL.counter);
  }
}
