// Where everything of a network lies in the shared memory. A plan is plain numbers, made once and read by every
// thread; nothing is allocated afterwards.
import type { Architecture, ConvSpec } from './architecture';
import { samePadding, volume } from './architecture';
import { type ParameterTable, parameterTable } from './parameters';
import { type Pass, PRODUCT_SIZE, packedWeights, productsOf, suitsWinograd, winogradScratchBytes } from './winograd';

export interface PlanOptions {
  /** Pictures that go through at once. */
  batch: number;
  threads: number;
  /** Also gradients and Adam's moments. */
  training: boolean;
}

/** One of the stride² interleaved grids on which going up is an ordinary convolution. */
export interface Phase {
  y: number;
  x: number;
  /** Numbers of the taps that take part: address of i32, and how many, at least one. */
  chosen: number;
  taps: number;
  count: number;
  /** Packed weights. */
  packed: number;
  /** Which taps those are, in the order of the weights. */
  numbers: number[];
}

/** Tables and weights of a layer that is convolved Winograd's way; 0 where a pass is not needed. */
export interface WinogradPlan {
  /** Address of the products, and how many. */
  products: Record<Pass, { address: number; count: number }>;
  packedDown: number;
  packedUp: number;
}

export interface ConvPlan {
  name: string;
  spec: ConvSpec;
  /** down: encoder layer; up: decoder layer. */
  direction: 'down' | 'up';
  /** Addresses: the layer's input, its activation, and behind batch norm (else the same) its output. */
  input: number;
  activation: number;
  output: number;
  /** (dy, dx) of every tap going down. */
  taps: number;
  packedDown: number;
  phases: Phase[];
  /** Instead of the two above, where that takes fewer multiplications. */
  winograd: WinogradPlan | undefined;
  /** Float64 sums of batch norm: [threads][2·channels], forward and backward. */
  sums: number;
  gradientSums: number;
  /** Float32 vectors of batch norm, one set per thread: [threads][3][channels]. */
  vectors: number;
  /** Values of one picture behind this layer. */
  outputVolume: number;
}

export interface NetworkPlan {
  architecture: Architecture;
  options: PlanOptions;
  table: ParameterTable;
  /** Everything below is an address (bytes). */
  control: number;
  floats: number;
  parameters: number;
  gradients: number;
  moments: number;
  variances: number;
  /** Gradients of the threads 1…: [threads − 1][table.shared]. */
  partials: number;
  zeros: number;
  ones: number;
  input: number;
  encoder: ConvPlan[];
  decoder: ConvPlan[];
  heads: number;
  headParts: number;
  z: number;
  epsilon: number;
  bridge: number;
  gradientA: number;
  gradientB: number;
  /** Values of the largest picture in between: what a picture has in the two buffers above. */
  largest: number;
  /** Gradient of the bridge's output, then of the encoder's, [batch][…]: the one is read before the other is written. */
  dMiddle: number;
  dz: number;
  dzParts: number;
  dHeads: number;
  rl: number;
  kl: number;
  norms: number;
  /** Scratch of one thread and its size. */
  scratch: number;
  scratchBytes: number;
  /** What the whole takes. */
  bytes: number;
}

const ALIGN = 64;
/** Whole vectors may be read this far behind the end of a buffer. */
const SLACK_BYTES = 64;

/** Sizes of the kernels' blocks; kept equal to their own constants. */
const ROW_BLOCK = 64;
const DEPTH = 256;
const GRADIENT_BLOCK = 256;
const TILE_BYTES = 128;

/** Scratch that the convolutions of one layer need. */
function convScratchBytes(spec: ConvSpec, passes: readonly Pass[], batch: number): number {
  if (suitsWinograd(spec)) return winogradScratchBytes(spec, passes, batch);
  const { kernel, fine, coarse } = spec;
  const taps = kernel * kernel;
  const channels = Math.max(fine[2], coarse[2]);
  const padded = Math.ceil(channels / 8) * 8;
  const few = ROW_BLOCK * taps * 4 * 4;
  const rows = TILE_BYTES + ROW_BLOCK * 4 + (padded + 8) * 4 + ROW_BLOCK * taps * 4 + ROW_BLOCK * DEPTH * 4 + 16 + few;
  const gradient = TILE_BYTES + GRADIENT_BLOCK * (4 + padded + taps) * 4 + 16;
  return Math.max(rows, gradient) + 256;
}

/** Scratch of the dense layers: samples packed in fours, and one panel of weights. */
function denseScratchBytes(batch: number, width: number): number {
  const packed = Math.ceil(batch / 4) * 16 * (Math.max(DEPTH, width) + 1) + 16;
  return TILE_BYTES + packed + (width + 1) * 32 + 256;
}

/** Lays out a network; the same arguments give the same plan. */
export function planNetwork(architecture: Architecture, options: PlanOptions): NetworkPlan {
  const { batch, threads, training } = options;
  const table = parameterTable(architecture);
  let end = 0;
  const take = (bytes: number): number => {
    const address = end;
    end = Math.ceil((end + bytes + SLACK_BYTES) / ALIGN) * ALIGN;
    return address;
  };
  const floats = (count: number): number => take(count * 4);
  const doubles = (count: number): number => take(count * 8);
  const pixels = volume(architecture.input);
  const features = volume(architecture.encoder[architecture.encoder.length - 1].coarse);
  const bridgeVolume = volume(architecture.bridge);
  const latent = architecture.latentDim;
  const heads = architecture.variational ? 2 * latent : latent;

  const control = take(256);
  const controlFloats = take(256);
  const parameters = floats(table.size);
  const gradients = training ? floats(table.trainable) : 0;
  const moments = training ? floats(table.trainable) : 0;
  const variances = training ? floats(table.trainable) : 0;
  const partials = training ? floats(table.shared * (threads - 1)) : 0;
  const widest = Math.max(
    ...[...architecture.encoder, ...architecture.decoder].map(s => Math.max(s.fine[2], s.coarse[2])),
  );
  const zeros = floats(widest + 8);
  const ones = floats(batch + 8);
  const input = floats(batch * pixels);

  const planWinograd = (spec: ConvSpec, needsDown: boolean, needsUp: boolean): WinogradPlan => {
    const table = (pass: Pass) => {
      const count = productsOf(spec.stride, pass).length / PRODUCT_SIZE;
      return { address: take(count * PRODUCT_SIZE * 4), count };
    };
    return {
      products: { down: table('down'), up: table('up'), gradient: table('gradient') },
      packedDown: needsDown ? floats(packedWeights(spec)) : 0,
      packedUp: needsUp ? floats(packedWeights(spec)) : 0,
    };
  };

  const layer = (name: string, spec: ConvSpec, direction: 'down' | 'up', from: number): ConvPlan => {
    const { kernel, stride, fine, coarse } = spec;
    const out = direction === 'down' ? coarse : fine;
    const outputVolume = volume(out);
    const activation = floats(batch * outputVolume);
    const output = spec.batchNorm ? floats(batch * outputVolume) : activation;
    const taps = take(kernel * kernel * 8);
    const needsDown = direction === 'down' || training;
    const needsUp = direction === 'up' || training;
    const fast = suitsWinograd(spec);
    const winograd = fast ? planWinograd(spec, needsDown, needsUp) : undefined;
    const packedDown = needsDown && !fast ? floats(kernel * kernel * fine[2] * Math.ceil(coarse[2] / 8) * 8) : 0;
    const padY = samePadding(fine[0], kernel, stride);
    const padX = samePadding(fine[1], kernel, stride);
    const phases: Phase[] = [];
    for (let y = 0; needsUp && !fast && y < stride; y++) {
      for (let x = 0; x < stride; x++) {
        const numbers: number[] = [];
        for (let t = 0; t < kernel * kernel; t++) {
          const ky = Math.floor(t / kernel);
          const kx = t % kernel;
          if ((y + padY - ky) % stride === 0 && (x + padX - kx) % stride === 0) numbers.push(t);
        }
        // Where a stride is wider than the kernel, no tap falls on some of the grids. A tap of weight 0 stands in, so that
        // the kernels write there too: the bias.
        const count = Math.max(1, numbers.length);
        const packed = floats(count * coarse[2] * Math.ceil(fine[2] / 8) * 8);
        phases.push({ y, x, numbers, count, chosen: take(count * 4), taps: take(count * 8), packed });
      }
    }
    const channels = out[2];
    return {
      name,
      spec,
      direction,
      input: from,
      activation,
      output,
      taps,
      packedDown,
      phases,
      winograd,
      outputVolume,
      sums: spec.batchNorm ? doubles(threads * 2 * channels) : 0,
      gradientSums: spec.batchNorm && training ? doubles(threads * 2 * channels) : 0,
      vectors: spec.batchNorm ? floats(threads * 3 * (channels + 8)) : 0,
    };
  };

  // Gradients of activations take turns in two buffers. Each thread keeps to its own corner there, `largest` values a
  // picture, since it may be a layer ahead of the others; where the dense layers meet, buffers are whole.
  const largest = Math.max(
    pixels,
    ...architecture.encoder.map(s => volume(s.coarse)),
    ...architecture.decoder.map(s => volume(s.fine)),
  );
  const encoder: ConvPlan[] = [];
  let at = input;
  architecture.encoder.forEach((spec, i) => {
    encoder.push(layer(`encoder.${i}`, spec, 'down', at));
    at = encoder[i].output;
  });
  const headsAt = floats(batch * heads);
  const headParts = floats(threads * batch * heads);
  const z = floats(batch * latent);
  const epsilon = floats(batch * latent);
  const bridge = floats(batch * bridgeVolume);
  const decoder: ConvPlan[] = [];
  at = bridge;
  architecture.decoder.forEach((spec, i) => {
    decoder.push(layer(`decoder.${i}`, spec, 'up', at));
    at = decoder[i].output;
  });

  const gradientA = training ? floats(batch * largest) : 0;
  const gradientB = training ? floats(batch * largest) : 0;
  const dMiddle = training ? floats(batch * Math.max(bridgeVolume, features)) : 0;
  const dz = floats(batch * latent);
  const dzParts = training ? floats(threads * batch * latent) : 0;
  const dHeads = floats(batch * heads);
  const rl = doubles(batch);
  const kl = doubles(batch);
  const norms = doubles(threads);
  const denseScratch = denseScratchBytes(batch, Math.max(heads, latent));
  const convScratch = [...encoder, ...decoder].map(({ spec, direction }) =>
    convScratchBytes(spec, training ? ['down', 'up', 'gradient'] : [direction], batch),
  );
  const scratchBytes = Math.ceil(Math.max(denseScratch, ...convScratch) / ALIGN) * ALIGN;
  const scratch = take(scratchBytes * threads);
  return {
    architecture,
    options,
    table,
    control,
    floats: controlFloats,
    parameters,
    gradients,
    moments,
    variances,
    partials,
    zeros,
    ones,
    input,
    encoder,
    decoder,
    heads: headsAt,
    headParts,
    z,
    epsilon,
    bridge,
    gradientA,
    gradientB,
    largest,
    dMiddle,
    dz,
    dzParts,
    dHeads,
    rl,
    kl,
    norms,
    scratch,
    scratchBytes,
    bytes: end,
  };
}

/** What a training needs, in bytes, per picture in the batch and besides. */
export function trainingBytes(architecture: Architecture, threads: number): { perPicture: number; fixed: number } {
  const one = planNetwork(architecture, { batch: 1, threads, training: true }).bytes;
  const two = planNetwork(architecture, { batch: 2, threads, training: true }).bytes;
  return { perPicture: two - one, fixed: 2 * one - two };
}
