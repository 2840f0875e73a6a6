// Small dense networks for tables of features: what they compute, their gradients and their weights. Double precision,
// plain loops, one thread: made for tens of inputs, not for spectrograms. Training them is in mlp-train.ts.
import { UserError } from '../errors';
import { isCount } from '../store/json';
import type { Tensor } from '../store/safetensors';
import type { Random } from './random';

export const ACTIVATIONS = ['linear', 'relu', 'tanh'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** What a dense network looks like; goes into model files as it is. */
export interface MlpShape {
  inputs: number;
  /** Units of each hidden layer; may be empty. */
  hidden: number[];
  /** Of the hidden layers. */
  activation: Activation;
  outputs: number;
  /** sigmoid: each output a probability of its own; softmax: the outputs are classes and add up to 1. */
  output: 'sigmoid' | 'softmax';
}

/** Whether a value from a file is the shape of a network. */
export function isMlpShape(value: unknown): value is MlpShape {
  const { inputs, hidden, activation, outputs, output } = (value ?? {}) as Partial<MlpShape>;
  const areCounts = [inputs, outputs].every(isCount) && Array.isArray(hidden) && hidden.every(isCount);
  return areCounts && ACTIVATIONS.includes(activation!) && (output === 'sigmoid' || output === 'softmax');
}

/** One dense layer: where its weights [inputs, outputs] and biases [outputs] start in the parameter block. */
interface Layer {
  inputs: number;
  outputs: number;
  weight: number;
  bias: number;
}

/** Room for the activations of so many rows at once; kept between calls. */
interface Scratch {
  rows: number;
  /** For each layer what it puts out, [rows][outputs]; of the last layer, before sigmoid or softmax. */
  outputs: Float64Array[];
  /** The loss's derivatives by the same. */
  gradients: Float64Array[];
}

export class Mlp {
  /** All weights and biases: layer by layer, each weights [inputs, outputs] row-major, then biases. */
  readonly parameters: Float64Array;
  private readonly layers: Layer[] = [];
  private scratch: Scratch = { rows: 0, outputs: [], gradients: [] };

  /** All parameters are 0; call `initialise` before training. */
  constructor(readonly shape: MlpShape) {
    const sizes = sizesOf(shape);
    let offset = 0;
    for (let i = 0; i + 1 < sizes.length; i++) {
      const [inputs, outputs] = [sizes[i], sizes[i + 1]];
      this.layers.push({ inputs, outputs, weight: offset, bias: offset + inputs * outputs });
      offset += (inputs + 1) * outputs;
    }
    this.parameters = new Float64Array(offset);
  }

  /** Glorot uniform weights (X. Glorot & Y. Bengio, 2010) and biases 0, as Keras starts a Dense layer. */
  initialise(random: Random): void {
    for (const { inputs, outputs, weight, bias } of this.layers) {
      const limit = Math.sqrt(6 / (inputs + outputs));
      for (let i = weight; i < bias; i++) this.parameters[i] = (2 * random.uniform() - 1) * limit;
      this.parameters.fill(0, bias, bias + outputs);
    }
  }

  /**
   * Probabilities of each output.
   * @param rows [count][inputs] row-major
   * @returns [count][outputs] row-major, memory of its own
   */
  predict(rows: Float64Array): Float64Array {
    const probabilities = this.forward(rows).slice();
    toProbabilities(probabilities, this.shape);
    return probabilities;
  }

  /**
   * Mean cross-entropy over the rows, in nats; over sigmoid outputs it is summed.
   * @param targets [count][outputs]: 0…1 for each output, one-hot for softmax
   * @param weights one per row, mean 1; what each row counts
   */
  loss(rows: Float64Array, targets: Float64Array, weights?: Float64Array): number {
    return crossEntropy(this.forward(rows), targets, this.shape, weights);
  }

  /**
   * Loss as `loss`, and its derivatives by the parameters.
   * @param into overwritten, laid out as `parameters`
   */
  gradients(rows: Float64Array, targets: Float64Array, into: Float64Array, weights?: Float64Array): number {
    const { layers, shape, parameters } = this;
    const logits = this.forward(rows);
    const loss = crossEntropy(logits, targets, shape, weights);
    const count = rows.length / shape.inputs;
    const last = layers.length - 1;
    // With cross-entropy both outputs have the same derivative by the logits: probability − target.
    const { outputs, gradients } = this.scratch;
    const slope = gradients[last].subarray(0, logits.length);
    slope.set(logits);
    toProbabilities(slope, shape);
    for (let i = 0; i < slope.length; i++) {
      const weight = weights ? weights[Math.floor(i / shape.outputs)] : 1;
      slope[i] = ((slope[i] - targets[i]) * weight) / count;
    }
    into.fill(0);
    for (let i = last; i >= 0; i--) {
      denseBackward(
        layers[i],
        parameters,
        i === 0 ? rows : outputs[i - 1],
        gradients[i],
        into,
        count,
        gradients[i - 1],
      );
      if (i > 0) activationBackward(shape.activation, outputs[i - 1], gradients[i - 1], count * layers[i].inputs);
    }
    return loss;
  }

  /** The weights as tensors `dense.N.weight` [inputs, outputs] and `dense.N.bias` [outputs]: what a model file keeps. */
  tensors(): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    this.layers.forEach(({ inputs, outputs, weight, bias }, i) => {
      const take = (from: number, to: number) => Float32Array.from(this.parameters.subarray(from, to));
      tensors[`dense.${i}.weight`] = { shape: [inputs, outputs], data: take(weight, bias) };
      tensors[`dense.${i}.bias`] = { shape: [outputs], data: take(bias, bias + outputs) };
    });
    return tensors;
  }

  /**
   * The network that `tensors` gave.
   * @throws UserError `model-damaged` where a tensor is missing or of another shape
   */
  static fromTensors(shape: MlpShape, tensors: Record<string, Tensor>): Mlp {
    // Before there is memory for them: a shape may claim anything.
    const sizes = sizesOf(shape);
    const found = sizes.slice(1).map((outputs, i) => ({
      weight: expectTensor(tensors, `dense.${i}.weight`, [sizes[i], outputs]),
      bias: expectTensor(tensors, `dense.${i}.bias`, [outputs]),
    }));
    const mlp = new Mlp(shape);
    mlp.layers.forEach(({ weight, bias }, i) => {
      mlp.parameters.set(found[i].weight, weight);
      mlp.parameters.set(found[i].bias, bias);
    });
    return mlp;
  }

  /** What the last layer puts out before sigmoid or softmax, [count][outputs]; valid until the next call. */
  private forward(rows: Float64Array): Float64Array {
    const { layers, shape, parameters } = this;
    const count = rows.length / shape.inputs;
    if (!Number.isInteger(count)) throw new Error(`${rows.length} values are no whole rows of ${shape.inputs}`);
    this.reserve(count);
    const { outputs } = this.scratch;
    layers.forEach((layer, i) => {
      denseForward(layer, parameters, i === 0 ? rows : outputs[i - 1], outputs[i], count);
      if (i + 1 < layers.length) activationForward(shape.activation, outputs[i], count * layer.outputs);
    });
    return outputs[layers.length - 1].subarray(0, count * shape.outputs);
  }

  private reserve(rows: number): void {
    if (rows <= this.scratch.rows) return;
    const room = () => this.layers.map(({ outputs }) => new Float64Array(rows * outputs));
    this.scratch = { rows, outputs: room(), gradients: room() };
  }
}

/** Of the inputs and of what each layer puts out. */
const sizesOf = ({ inputs, hidden, outputs }: MlpShape): number[] => [inputs, ...hidden, outputs];

function expectTensor(tensors: Record<string, Tensor>, name: string, shape: number[]): Float32Array {
  const tensor = tensors[name];
  if (tensor?.shape.join('×') !== shape.join('×')) {
    const got = tensor ? `is ${tensor.shape.join('×')}` : 'is missing';
    throw new UserError(
      'model-damaged',
      `tensor ${name} of the saved classifier ${got}; expected ${shape.join('×')}. Train the classifier again.`,
    );
  }
  return tensor.data;
}

/** out = in · weights + bias, for each of `count` rows. */
function denseForward(
  { inputs, outputs, weight, bias }: Layer,
  p: Float64Array,
  input: Float64Array,
  out: Float64Array,
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    const to = row * outputs;
    for (let j = 0; j < outputs; j++) out[to + j] = p[bias + j];
    for (let k = 0; k < inputs; k++) {
      const x = input[row * inputs + k];
      const from = weight + k * outputs;
      for (let j = 0; j < outputs; j++) out[to + j] += x * p[from + j];
    }
  }
}

/** Adds the derivatives by weights and biases to `gradient`; writes those by the inputs where `dInput` is given. */
function denseBackward(
  { inputs, outputs, weight, bias }: Layer,
  p: Float64Array,
  input: Float64Array,
  dOut: Float64Array,
  gradient: Float64Array,
  count: number,
  dInput?: Float64Array,
): void {
  for (let row = 0; row < count; row++) {
    const from = row * outputs;
    for (let j = 0; j < outputs; j++) gradient[bias + j] += dOut[from + j];
    for (let k = 0; k < inputs; k++) {
      const x = input[row * inputs + k];
      const at = weight + k * outputs;
      let sum = 0;
      for (let j = 0; j < outputs; j++) {
        gradient[at + j] += x * dOut[from + j];
        sum += p[at + j] * dOut[from + j];
      }
      if (dInput) dInput[row * inputs + k] = sum;
    }
  }
}

/** In place. */
function activationForward(activation: Activation, values: Float64Array, count: number): void {
  if (activation === 'relu') for (let i = 0; i < count; i++) values[i] = Math.max(0, values[i]);
  else if (activation === 'tanh') for (let i = 0; i < count; i++) values[i] = Math.tanh(values[i]);
}

/** Multiplies `gradients` with the activation's derivative, which follows from what it put out. */
function activationBackward(
  activation: Activation,
  outputs: Float64Array,
  gradients: Float64Array,
  count: number,
): void {
  if (activation === 'relu') {
    for (let i = 0; i < count; i++) if (outputs[i] === 0) gradients[i] = 0;
  } else if (activation === 'tanh') {
    for (let i = 0; i < count; i++) gradients[i] *= 1 - outputs[i] * outputs[i];
  }
}

/** Logits to probabilities, in place. */
function toProbabilities(logits: Float64Array, { output, outputs }: MlpShape): void {
  if (output === 'sigmoid') {
    for (let i = 0; i < logits.length; i++) logits[i] = 1 / (1 + Math.exp(-logits[i]));
    return;
  }
  for (let row = 0; row < logits.length; row += outputs) {
    const logSum = logSumExp(logits, row, outputs);
    for (let j = row; j < row + outputs; j++) logits[j] = Math.exp(logits[j] - logSum);
  }
}

/** log Σ e^x, however large the x. */
function logSumExp(values: Float64Array, start: number, count: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) max = Math.max(max, values[i]);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(values[i] - max);
  return max + Math.log(sum);
}

/** From the logits, so that sure predictions give no log 0. */
function crossEntropy(
  logits: Float64Array,
  targets: Float64Array,
  { output, outputs }: MlpShape,
  weights?: Float64Array,
): number {
  const count = logits.length / outputs;
  let sum = 0;
  for (let row = 0; row < count; row++) {
    const start = row * outputs;
    const logSum = output === 'softmax' ? logSumExp(logits, start, outputs) : 0;
    let loss = 0;
    for (let j = start; j < start + outputs; j++) {
      const x = logits[j];
      if (output === 'softmax') loss += targets[j] * (logSum - x);
      else loss += Math.max(x, 0) - x * targets[j] + Math.log1p(Math.exp(-Math.abs(x)));
    }
    sum += (weights ? weights[row] : 1) * loss;
  }
  return sum / count;
}
