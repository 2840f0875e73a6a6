// The operations that a network consists of: each file format implements them (onnx.ts, tflite.ts).
import type { ConvSpec } from '../engine/architecture';
import type { Constant, Port } from './pieces';

/** A convolution and the names of its tensors' common start, e.g. `encoder.0`. */
export interface ConvLayer {
  name: string;
  spec: ConvSpec;
}

/**
 * A computation being built; `Value` stands for a tensor in it. Values are row-major in the order of their shape,
 * grids ([1, height, width, channels] in the shapes given here) lie as the format's convolutions like them.
 */
export interface Graph<Value> {
  input(port: Port): Value;
  constant(name: string, shape: number[], values: Float32Array): Value;
  output(name: string, value: Value): void;
  /** Frames 0 … count − 1 of [1, bins, frames, 1]. */
  firstFrames(spectrogram: Value, count: number): Value;
  reshape(value: Value, shape: number[]): Value;
  /** Element by element; `b` may be one number, or have one row where `a` has several. */
  add(a: Value, b: Value | number): Value;
  subtract(a: Value, b: Value | number): Value;
  multiply(a: Value, b: Value | number): Value;
  exp(value: Value): Value;
  relu(value: Value): Value;
  sigmoid(value: Value): Value;
  /** Into −limit … limit. */
  clamp(value: Value, limit: number): Value;
  log(value: Value): Value;
  /** Over all but the first axis. */
  sum(value: Value): Value;
  mean(value: Value): Value;
  max(value: Value): Value;
  /** [1, in] · weightᵀ + bias, weight [out, in]. */
  dense(value: Value, name: string, weight: Constant, bias: Constant): Value;
  toGrid(value: Value, grid: readonly [number, number, number]): Value;
  fromGrid(grid: Value, shape: number[]): Value;
  /** Fine to coarse grid, 'same' padding, bias added. */
  conv(grid: Value, layer: ConvLayer): Value;
  /** Coarse to fine grid. */
  transposedConv(grid: Value, layer: ConvLayer): Value;
  /** x · scale + shift, a number for each channel. */
  perChannel(grid: Value, name: string, scale: Float32Array, shift: Float32Array): Value;
}
