// The part of TensorFlow.js' interface that is used. Described here and not imported: the package is the user's choice
// and its types need not be there. The same functions exist in @tensorflow/tfjs-node and in plain @tensorflow/tfjs.

/** Values that live in TensorFlow until they are disposed of. */
export interface TfTensor {
  readonly shape: number[];
  /** May be the tensor's own memory: not to be written to. */
  dataSync(): Float32Array;
  reshape(shape: number[]): TfTensor;
  dispose(): void;
}

/** What a function with a gradient of its own gives back. */
export interface TfCustomResult {
  value: TfTensor;
  gradFunc(dy: TfTensor): TfTensor[];
}

export interface TfApi {
  /** Resolves when the back end works. */
  ready(): Promise<void>;
  /** Takes `values` as they are, without a copy. */
  tensor(values: Float32Array, shape: number[]): TfTensor;
  zeros(shape: number[]): TfTensor;
  /** Disposes of all tensors that were made in `run` but those it returns or keeps. */
  tidy<T extends TfTensor | TfTensor[] | undefined>(run: () => T): T;
  keep(tensor: TfTensor): TfTensor;
  dispose(tensors: TfTensor[]): void;
  memory(): { numTensors: number };
  grads(loss: (...inputs: TfTensor[]) => TfTensor): (inputs: TfTensor[]) => TfTensor[];
  customGrad(run: (input: TfTensor) => TfCustomResult): (input: TfTensor) => TfTensor;

  add(a: TfTensor, b: TfTensor | number): TfTensor;
  sub(a: TfTensor, b: TfTensor | number): TfTensor;
  mul(a: TfTensor, b: TfTensor | number): TfTensor;
  div(a: TfTensor, b: TfTensor | number): TfTensor;
  sqrt(a: TfTensor): TfTensor;
  square(a: TfTensor): TfTensor;
  sum(a: TfTensor, axes?: number[]): TfTensor;
  relu(a: TfTensor): TfTensor;
  sigmoid(a: TfTensor): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  moments(a: TfTensor, axes: number[]): { mean: TfTensor; variance: TfTensor };
  /** Convolution of [batch, h, w, in] with [kernel, kernel, in, out]. */
  conv2d(x: TfTensor, filter: TfTensor, stride: number, padding: 'same'): TfTensor;
  /** Its transpose: [kernel, kernel, out, in], to an explicit [batch, h, w, out]. */
  conv2dTranspose(x: TfTensor, filter: TfTensor, shape: number[], stride: number, padding: 'same'): TfTensor;
}
