// What a network looks like, as plain JSON: it travels to the workers and into the model file, and is all that is
// needed to build the network again.
import { UserError } from '../errors';
import { isCount } from '../store/json';

/**
 * What the latent values of a segment are compared with: the standard normal distribution, or a mixture of Gaussians
 * that is trained along.
 */
export type Prior = { kind: 'normal' } | { kind: 'mixture'; components: number };

export type Preset = 'compact' | 'office' | 'mirrored' | 'custom';

/** What a person chooses. */
export interface NetworkOptions {
  preset: Preset;
  /** Channels of each convolution; presets other than 'custom' bring their own. */
  filters: number[];
  kernels: number[];
  strides: number[];
  latentDim: number;
  batchNorm: boolean;
  /** false: a plain autoencoder, without sampling and KL divergence. */
  variational: boolean;
  /** Default: the standard normal distribution. */
  prior?: Prior;
}

/**
 * A convolution between a fine and a coarse grid, 'same' padding. Encoder layers go down (fine → coarse), decoder
 * layers up.
 */
export interface ConvSpec {
  kernel: number;
  stride: number;
  /** [height, width, channels] */
  fine: [number, number, number];
  coarse: [number, number, number];
  activation: 'relu' | 'sigmoid';
  /** Behind the activation, as in the systems this follows. */
  batchNorm: boolean;
}

export interface Architecture {
  /** [bins, frames] */
  input: [number, number];
  variational: boolean;
  prior: Prior;
  latentDim: number;
  encoder: ConvSpec[];
  /** The feature map that the decoder's dense layer makes from the latent values. */
  bridge: [number, number, number];
  decoder: ConvSpec[];
}

const areCounts = (value: unknown, length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every(isCount);

function isConvSpec(value: unknown): value is ConvSpec {
  const { kernel, stride, fine, coarse, activation } = (value ?? {}) as Partial<ConvSpec>;
  const isActivation = activation === 'relu' || activation === 'sigmoid';
  return isCount(kernel) && isCount(stride) && areCounts(fine, 3) && areCounts(coarse, 3) && isActivation;
}

/** Whether a value from a file says what a network looks like. */
export function isArchitecture(value: unknown): value is Architecture {
  const { input, prior, latentDim, encoder, bridge, decoder } = (value ?? {}) as Partial<Architecture>;
  const isPrior = prior?.kind === 'normal' || (prior?.kind === 'mixture' && isCount(prior.components));
  const areLayers = [encoder, decoder].every(
    layers => Array.isArray(layers) && layers.length > 0 && layers.every(isConvSpec),
  );
  return isPrior && areLayers && areCounts(input, 2) && isCount(latentDim) && areCounts(bridge, 3);
}

/** The presets' own choices. */
export const PRESETS: Record<Exclude<Preset, 'custom'>, Omit<NetworkOptions, 'preset' | 'variational' | 'prior'>> = {
  compact: {
    filters: [16, 32, 64, 64],
    kernels: [3, 3, 3, 3],
    strides: [2, 2, 2, 2],
    latentDim: 16,
    batchNorm: false,
  },
  office: { filters: [32, 64], kernels: [3, 3], strides: [1, 1], latentDim: 8, batchNorm: false },
  mirrored: {
    filters: [512, 256, 128, 64, 32],
    kernels: [3, 3, 3, 3, 3],
    strides: [2, 2, 2, 2, 1],
    latentDim: 128,
    batchNorm: true,
  },
};

/** The convolutions are the preset's own, the rest is as chosen. */
function withPreset(options: NetworkOptions): NetworkOptions {
  if (options.preset === 'custom') return options;
  const { filters, kernels, strides } = PRESETS[options.preset];
  return { ...options, filters, kernels, strides };
}

/**
 * What is wrong with a network whatever the spectrograms.
 * @throws UserError `architecture` where lists are empty or differ in length, or a plain autoencoder is given a prior
 */
export function checkNetwork({ filters, kernels, strides, prior, variational }: NetworkOptions): void {
  const depth = filters.length;
  if (depth === 0)
    throw new UserError('architecture', 'filters is empty; expected at least one number, e.g. 16,32,64.');
  if (kernels.length !== depth || strides.length !== depth) {
    throw new UserError(
      'architecture',
      `filters has ${depth} numbers, kernels ${kernels.length} and strides ${strides.length}; expected as many of each.`,
    );
  }
  if (prior?.kind === 'mixture' && !variational) {
    throw new UserError(
      'architecture',
      'the prior is a mixture, but the network is a plain autoencoder, which has none; expected a variational one. Switch Variational on, or set the prior to normal.',
    );
  }
}

/**
 * Lays out the network for spectrograms of `input` = [bins, frames].
 * @throws UserError `architecture` where lists differ in length or strides shrink the feature map to nothing
 */
export function buildArchitecture(input: [number, number], chosen: NetworkOptions): Architecture {
  const options = withPreset(chosen);
  checkNetwork(options);
  const { filters, kernels, strides, latentDim, batchNorm, variational, prior = { kind: 'normal' } } = options;
  const depth = filters.length;
  const encoder: ConvSpec[] = [];
  let grid: [number, number, number] = [input[0], input[1], 1];
  for (let i = 0; i < depth; i++) {
    const [h, w] = grid;
    const stride = strides[i];
    if (stride > 1 && Math.min(h, w) < stride) {
      throw new UserError(
        'architecture',
        `stride ${stride} of layer ${i + 1} leaves nothing of a ${h}×${w} feature map (${input[0]}×${input[1]} at the start); use fewer layers, smaller strides or larger spectrograms.`,
      );
    }
    const coarse: [number, number, number] = [Math.ceil(h / stride), Math.ceil(w / stride), filters[i]];
    encoder.push({ kernel: kernels[i], stride, fine: grid, coarse, activation: 'relu', batchNorm });
    grid = coarse;
  }

  // The office system's decoder starts from a full-size feature map and never strides; the others mirror the encoder.
  const fullSize = options.preset === 'office';
  const decoder: ConvSpec[] = [];
  const bridge: [number, number, number] = fullSize ? [input[0], input[1], 1] : grid;
  let channels = bridge[2];
  for (let i = depth - 1; i >= 1 || (fullSize && i === 0); i--) {
    const { fine, coarse, kernel, stride } = encoder[i];
    const out = fullSize ? filters[i] : encoder[i].coarse[2];
    decoder.push({
      kernel,
      stride,
      fine: [fine[0], fine[1], out],
      coarse: [coarse[0], coarse[1], channels],
      activation: 'relu',
      batchNorm,
    });
    channels = out;
  }
  decoder.push({
    kernel: kernels[0],
    stride: strides[0],
    fine: [input[0], input[1], 1],
    coarse: [encoder[0].coarse[0], encoder[0].coarse[1], channels],
    activation: 'sigmoid',
    batchNorm: false,
  });
  return { input: [input[0], input[1]], variational, prior, latentDim, encoder, bridge, decoder };
}

/** Values in a [height, width, channels] grid. */
export const volume = (grid: readonly number[]): number => grid.reduce((product, n) => product * n, 1);

/** Where one tap of a 'same' convolution looks: offset on the fine grid relative to position · stride. */
export function samePadding(size: number, kernel: number, stride: number): number {
  const out = Math.ceil(size / stride);
  return Math.floor(Math.max((out - 1) * stride + kernel - size, 0) / 2);
}

/** A layer in words, for summaries: `conv 3×3 /2 → 64×64×16`. */
export function describeArchitecture(architecture: Architecture): string[] {
  const conv = (word: string, spec: ConvSpec, to: readonly number[]) =>
    `${word} ${spec.kernel}×${spec.kernel}${spec.stride > 1 ? ` /${spec.stride}` : ''} → ${to.join('×')}${spec.batchNorm ? ' + batch norm' : ''}`;
  const { prior, variational, latentDim } = architecture;
  const latent = variational ? `μ, log σ² (${latentDim})` : latentDim;
  const components = prior.kind === 'mixture' ? `, prior of ${prior.components} Gaussians` : '';
  return [
    `input ${architecture.input.join('×')}×1`,
    ...architecture.encoder.map(spec => conv('conv', spec, spec.coarse)),
    `dense → ${latent}${components}`,
    `dense → ${architecture.bridge.join('×')}`,
    ...architecture.decoder.map(spec => conv('transposed conv', spec, spec.fine)),
  ];
}
