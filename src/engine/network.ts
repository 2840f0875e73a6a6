// A whole network as one thread sees it: every thread runs the same code over its own pictures or ranges and meets
// the others at barriers. Convolutions are shared out by picture, dense layers by range.
import { volume } from './architecture';
import type { ThreadContext } from './context';
import { ConvLayer } from './conv-layer';
import { ADAM } from './conventions';
import { sample, sampleGradient } from './latent';
import { Mixture, type MixtureValues, mixtureValues } from './mixture';

export const Command = { exit: 0, prepare: 1, gradients: 2, reduce: 3, update: 4, score: 5, decode: 6 } as const;

/** Places in the control block: integers … */
const INT = { count: 4, first: 5 } as const;
/** … and float64 values. */
const FLOAT = { rlScale: 0, klScale: 1, rate: 2, gradientScale: 3, weightDecay: 4 } as const;

export class Network {
  private readonly encoder: ConvLayer[];
  private readonly decoder: ConvLayer[];
  private readonly ints: Int32Array;
  private readonly doubles: Float64Array;
  private readonly features: number;
  private readonly bridgeVolume: number;
  private readonly latent: number;
  private readonly width: number;
  /** The prior and its gradient; undefined while it is the standard normal distribution. The first thread's is used. */
  private prior: { mixture: Mixture; gradient: MixtureValues } | undefined;

  constructor(private readonly context: ThreadContext) {
    const { plan } = context;
    const { architecture } = plan;
    this.encoder = plan.encoder.map(layer => new ConvLayer(context, layer));
    this.decoder = plan.decoder.map(layer => new ConvLayer(context, layer));
    this.ints = context.i32.subarray(plan.control / 4, plan.control / 4 + 32);
    this.doubles = context.f64.subarray(plan.floats / 8, plan.floats / 8 + 8);
    this.features = volume(architecture.encoder[architecture.encoder.length - 1].coarse);
    this.bridgeVolume = volume(architecture.bridge);
    this.latent = architecture.latentDim;
    this.width = architecture.variational ? 2 * this.latent : this.latent;
    if (context.thread === 0) context.floats(plan.ones, plan.options.batch + 8).fill(1);
  }

  /** How many pictures the next command is about, and whether it starts a new sum of gradients. */
  setCount(count: number, first = true): void {
    this.ints[INT.count] = count;
    this.ints[INT.first] = first ? 1 : 0;
  }

  /** Weights of the two parts of the loss: rlScale · Σ squared error + klScale · Σ kl. */
  setLoss(rlScale: number, klScale: number): void {
    this.doubles[FLOAT.rlScale] = rlScale;
    this.doubles[FLOAT.klScale] = klScale;
  }

  /**
   * Adam's learning rate with bias correction for step `t` = 1, 2, …; gradients are multiplied by `gradientScale`, then
   * `weightDecay` times the parameters is added.
   */
  setUpdate(learningRate: number, t: number, gradientScale: number, weightDecay: number): void {
    this.doubles[FLOAT.rate] = (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
    this.doubles[FLOAT.gradientScale] = gradientScale;
    this.doubles[FLOAT.weightDecay] = weightDecay;
  }

  /** The mixture that is the prior, if it is one. */
  get mixture(): Mixture | undefined {
    return this.prior?.mixture;
  }

  /** Takes the mixture among the parameters as the prior from now on, or the standard normal distribution again. */
  setMixture(on: boolean): void {
    const { context } = this;
    const viewsOn = (address: (name: string) => number): MixtureValues =>
      mixtureValues(name => context.floats(address(name), context.plan.table.byName.get(name)?.size ?? 0));
    this.prior = on
      ? {
          mixture: new Mixture(viewsOn(name => context.parameter(name))),
          gradient: viewsOn(name => context.gradient(name)),
        }
      : undefined;
  }

  /** One thread's part of a command. */
  run(command: number): void {
    if (command === Command.prepare) this.prepare();
    else if (command === Command.gradients) this.gradients();
    else if (command === Command.reduce) this.reduce();
    else if (command === Command.update) this.update();
    else if (command === Command.score) this.score();
    else if (command === Command.decode) this.decodeOnly();
    this.context.barrier.wait();
  }

  /** After every change of the weights. */
  private prepare(): void {
    for (const layer of [...this.encoder, ...this.decoder]) layer.pack();
  }

  private score(): void {
    for (const layer of [...this.encoder, ...this.decoder]) layer.prepareScoring();
    this.forward(false);
    this.reconstructionError(0);
  }

  /** Pictures of the latent values that are there. */
  private decodeOnly(): void {
    for (const layer of this.decoder) layer.prepareScoring();
    this.decode(false);
  }

  private gradients(): void {
    if (this.ints[INT.first]) this.clearGradients();
    this.forward(true);
    this.reconstructionError(2 * this.doubles[FLOAT.rlScale]);
    this.backward();
  }

  private clearGradients(): void {
    const { plan, f32, thread } = this.context;
    const { shared } = plan.table;
    const start = (thread === 0 ? plan.gradients : plan.partials + (thread - 1) * shared * 4) / 4;
    f32.fill(0, start, start + shared);
    // The bias of the bridge is summed by range into the one block, so nobody may be ahead of its clearing.
    this.context.barrier.wait();
  }

  private forward(learning: boolean): void {
    this.encode(learning);
    this.decode(learning);
  }

  /** Pictures → latent values. */
  private encode(learning: boolean): void {
    const { context, features, width, latent } = this;
    const { plan, kernels, barrier, thread, threads, scratch, f64 } = context;
    const count = this.ints[INT.count];
    const [from, to] = context.share(count);
    for (const layer of this.encoder) layer.forward(from, to, count, learning);
    barrier.wait();

    const encoded = plan.encoder[plan.encoder.length - 1].output;
    const part = plan.headParts + thread * plan.options.batch * width * 4;
    const [fFrom, fTo] = context.share(features, 4);
    if (fFrom === fTo) context.floats(part, count * width).fill(0);
    kernels.denseForward(
      encoded,
      count,
      features,
      context.parameter('heads.weight'),
      width,
      0,
      part,
      fFrom,
      fTo,
      0,
      width,
      0,
      scratch,
    );
    barrier.wait();
    if (thread === 0) {
      const heads = context.floats(plan.heads, count * width);
      const bias = context.floats(context.parameter('heads.bias'), width);
      for (let i = 0; i < heads.length; i++) {
        let sum = bias[i % width];
        for (let t = 0; t < threads; t++) sum += context.f32[plan.headParts / 4 + t * plan.options.batch * width + i];
        heads[i] = sum;
      }
      const epsilon = learning ? context.floats(plan.epsilon, count * latent) : undefined;
      const z = context.floats(plan.z, count * latent);
      const kl = f64.subarray(plan.kl / 8, plan.kl / 8 + count);
      this.mixture?.refresh();
      sample(heads, count, latent, plan.architecture.variational, epsilon, z, kl, this.mixture);
    }
    barrier.wait();
  }

  /** Latent values → reconstructions. */
  private decode(learning: boolean): void {
    const { context, latent, bridgeVolume } = this;
    const { plan, kernels, barrier, scratch } = context;
    const count = this.ints[INT.count];
    const [from, to] = context.share(count);
    const [nFrom, nTo] = context.share(bridgeVolume, 8);
    kernels.denseForward(
      plan.z,
      count,
      latent,
      context.parameter('bridge.weight'),
      bridgeVolume,
      context.parameter('bridge.bias'),
      plan.bridge,
      0,
      latent,
      nFrom,
      nTo,
      0,
      scratch,
    );
    barrier.wait();
    for (const layer of this.decoder) layer.forward(from, to, count, learning);
  }

  /** Σ (x̂ − x)² of each of the thread's pictures; with a weight also the gradient before the sigmoid. */
  private reconstructionError(weight: number): void {
    const { plan, kernels, f64 } = this.context;
    const pixels = volume(plan.architecture.input);
    const output = plan.decoder[plan.decoder.length - 1].output;
    const [from, to] = this.context.share(this.ints[INT.count]);
    for (let b = from; b < to; b++) {
      const at = b * pixels * 4;
      const gradient = weight === 0 ? 0 : this.corner(plan.gradientA, from, pixels) + at;
      f64[plan.rl / 8 + b] = kernels.squaredError(plan.input + at, output + at, pixels, weight, gradient);
    }
  }

  private backward(): void {
    const { context, latent, features, bridgeVolume } = this;
    const { plan, kernels, barrier, thread, scratch } = context;
    const count = this.ints[INT.count];
    const accumulate = this.ints[INT.first] ? 0 : 1;
    const [from, to] = context.share(count);
    this.backThrough([...this.decoder].reverse(), plan.gradientA, plan.gradientB, plan.dMiddle, from, to, count);
    barrier.wait();

    // The bridge: dense, z → picture.
    const [nFrom, nTo] = context.share(bridgeVolume, 8);
    const bridgeBias = plan.gradients + this.offsetOf('bridge.bias');
    const bridgeWeight = context.parameter('bridge.weight');
    const dzPart = plan.dzParts + thread * plan.options.batch * latent * 4;
    const bridge = [plan.dMiddle, bridgeVolume] as const;
    const range = [nFrom, nTo] as const;
    kernels.denseWeightGradient(plan.ones, count, 1, ...bridge, bridgeBias, 0, 1, ...range, 1, scratch);
    kernels.denseWeightGradient(
      plan.z,
      count,
      latent,
      ...bridge,
      context.gradient('bridge.weight'),
      0,
      latent,
      ...range,
      accumulate,
      scratch,
    );
    kernels.denseInputGradientLong(plan.dMiddle, count, bridgeVolume, bridgeWeight, latent, dzPart, ...range);
    barrier.wait();
    if (thread === 0) this.latentBackward(count);
    barrier.wait();

    // The heads: dense, flattened picture → μ and log σ².
    const encoded = plan.encoder[plan.encoder.length - 1].output;
    const [fFrom, fTo] = context.share(features, 8);
    const headsGradient = context.gradient('heads.weight');
    const { width } = this;
    kernels.denseWeightGradient(
      encoded,
      count,
      features,
      plan.dHeads,
      width,
      headsGradient,
      fFrom,
      fTo,
      0,
      width,
      accumulate,
      scratch,
    );
    kernels.denseInputGradient(
      plan.dHeads,
      count,
      width,
      context.parameter('heads.weight'),
      features,
      plan.dMiddle,
      fFrom,
      fTo,
      scratch,
    );
    barrier.wait();
    this.backThrough([...this.encoder].reverse(), plan.dMiddle, plan.gradientA, 0, from, to, count);
  }

  /**
   * Back through a chain of layers, gradients taking turns in the two buffers.
   * @param start where the gradient of the first layer's output is: gradientA (the thread's corner) or a whole buffer
   * @param next the buffer to go on with
   * @param end whole buffer for the gradient of the last layer's input, 0 where nobody needs it
   */
  private backThrough(
    layers: ConvLayer[],
    start: number,
    next: number,
    end: number,
    from: number,
    to: number,
    count: number,
  ): void {
    const { plan } = this.context;
    let dOutput = start === plan.gradientA ? this.corner(start, from, layers[0].plan.outputVolume) : start;
    let buffer = next;
    layers.forEach((layer, i) => {
      const last = i === layers.length - 1;
      const dInput = last ? end : this.corner(buffer, from, layer.inputVolume);
      layer.backward(dOutput, dInput, from, to, count);
      dOutput = dInput;
      buffer = buffer === plan.gradientA ? plan.gradientB : plan.gradientA;
    });
  }

  /** Such that picture `from` of `size` values lies at the start of this thread's corner of a gradient buffer. */
  private corner(buffer: number, from: number, size: number): number {
    return buffer + from * (this.context.plan.largest - size) * 4;
  }

  /** dz summed over threads, then the gradient of the heads and of their bias. */
  private latentBackward(count: number): void {
    const { context, latent, width } = this;
    const { plan, f32, threads } = context;
    const dz = context.floats(plan.dz, count * latent);
    for (let i = 0; i < dz.length; i++) {
      let sum = 0;
      for (let t = 0; t < threads; t++) sum += f32[plan.dzParts / 4 + t * plan.options.batch * latent + i];
      dz[i] = sum;
    }
    const heads = context.floats(plan.heads, count * width);
    const epsilon = context.floats(plan.epsilon, count * latent);
    const dHeads = context.floats(plan.dHeads, count * width);
    const { variational } = plan.architecture;
    const klScale = this.doubles[FLOAT.klScale];
    sampleGradient(heads, dz, count, latent, variational, epsilon, klScale, dHeads, this.prior);
    const bias = context.floats(context.gradient('heads.bias'), width);
    for (let i = 0; i < dHeads.length; i++) bias[i % width] += dHeads[i];
  }

  private offsetOf(name: string): number {
    return (this.context.plan.table.byName.get(name)?.offset ?? 0) * 4;
  }

  /** Adds the threads' gradients up, in a fixed order, and takes the square of their norm. */
  private reduce(): void {
    const { plan, kernels, threads, thread, barrier, f64 } = this.context;
    const { shared, trainable } = plan.table;
    const [from, to] = this.context.share(shared, 16);
    for (let t = 1; t < threads; t++) {
      const partial = plan.partials + ((t - 1) * shared + from) * 4;
      kernels.addTo(plan.gradients + from * 4, partial, to - from);
    }
    barrier.wait();
    let sum = 0;
    for (const { offset, size } of plan.table.list) {
      if (offset >= trainable) continue;
      const [a, b] = this.context.share(size, 16);
      sum += kernels.sumOfSquares(plan.gradients + (offset + a) * 4, b - a);
    }
    f64[plan.norms / 8 + thread] = sum;
  }

  private update(): void {
    const { plan, kernels } = this.context;
    const rate = this.doubles[FLOAT.rate];
    const gradientScale = this.doubles[FLOAT.gradientScale];
    const weightDecay = this.doubles[FLOAT.weightDecay];
    for (const { offset, size, trainable, rateScale } of plan.table.list) {
      if (!trainable) continue;
      const [from, to] = this.context.share(size, 16);
      if (from === to) continue;
      const at = (offset + from) * 4;
      kernels.adam(
        plan.parameters + at,
        plan.gradients + at,
        plan.moments + at,
        plan.variances + at,
        to - from,
        rate * rateScale,
        ADAM.beta1,
        ADAM.beta2,
        ADAM.epsilon,
        gradientScale,
        weightDecay,
      );
    }
    this.context.barrier.wait();
    this.prepare();
  }
}
