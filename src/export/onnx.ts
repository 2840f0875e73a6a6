// ONNX (https://onnx.ai/onnx/repo-docs/IR.html): a protocol buffer with the nodes of the graph and their constants.
// Its convolutions work on [1, channels, height, width], so a grid lies that way here.
import { samePadding } from '../engine/architecture';
import { PACKAGE_VERSION } from '../version';
import { describedAsText } from './description';
import type { ConvLayer, Graph } from './graph';
import { buildNetwork, type ExportSource } from './network';
import type { Constant, ExportedFile, Port } from './pieces';
import { ProtoMessage } from './protobuf';
import { AXES, constantOf, type Weights } from './weights';

/** Operator set 13 and IR 7: onnxruntime 1.7 (2021) and later. */
const OPSET = 13;
const IR_VERSION = 7;

/** onnx.proto's numbers of fields and enumerators. */
const MODEL = { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7, opsets: 8, metadata: 14 } as const;
const OPSET_VERSION = 2;
const ENTRY = { key: 1, value: 2 } as const;
const GRAPH = { nodes: 1, name: 2, initializers: 5, inputs: 11, outputs: 12 } as const;
const NODE = { inputs: 1, outputs: 2, name: 3, type: 4, attributes: 5 } as const;
const ATTRIBUTE = { name: 1, int: 3, ints: 8, type: 20 } as const;
const ATTRIBUTE_TYPE = { int: 2, ints: 7 } as const;
const TENSOR = { dims: 1, type: 2, name: 8, data: 9 } as const;
const TENSOR_TYPE = { float32: 1, int32: 6, int64: 7 } as const;
const VALUE = { name: 1, type: 2 } as const;

/**
 * A model as an ONNX file.
 * @returns what to write, and what goes in and comes out
 */
export function onnxFile(source: ExportSource): ExportedFile {
  const graph = new OnnxGraph(source.weights);
  buildNetwork(graph, source);
  const model = new ProtoMessage()
    .int(MODEL.irVersion, IR_VERSION)
    .text(MODEL.producerName, 'Earshot')
    .text(MODEL.producerVersion, PACKAGE_VERSION)
    .message(MODEL.opsets, new ProtoMessage().int(OPSET_VERSION, OPSET));
  for (const [key, value] of Object.entries(describedAsText(source.description))) {
    model.message(MODEL.metadata, new ProtoMessage().text(ENTRY.key, key).text(ENTRY.value, value));
  }
  const { pieces } = model.message(MODEL.graph, graph.encode());
  return { pieces, input: graph.inputs[0], outputs: graph.outputs };
}

type Attribute = number | number[];

interface OnnxValue {
  /** Changed where the value becomes an output. */
  name: string;
  shape: readonly number[];
}

interface OnnxNode {
  type: string;
  inputs: OnnxValue[];
  output: OnnxValue;
  attributes: Record<string, Attribute>;
}

class OnnxGraph implements Graph<OnnxValue> {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: { value: OnnxValue; constant: Constant }[] = [];
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];

  constructor(private readonly weights: Weights) {}

  input({ name, shape }: Port): OnnxValue {
    const value = { name, shape };
    this.inputs.push(value);
    return value;
  }

  output(name: string, value: OnnxValue): void {
    value.name = name;
    this.outputs.push(value);
  }

  constant(name: string, shape: number[], values: Float32Array): OnnxValue {
    return this.initializer(constantOf(shape, values), name);
  }

  reshape(value: OnnxValue, shape: readonly number[]): OnnxValue {
    if (value.shape.join() === shape.join()) return value;
    return this.node('Reshape', [value, this.integers(shape)], shape);
  }

  firstFrames(spectrogram: OnnxValue, count: number): OnnxValue {
    const [starts, ends, axes] = [0, count, 2].map(n => this.integers([n]));
    const [one, bins, , channels] = spectrogram.shape;
    return this.node('Slice', [spectrogram, starts, ends, axes], [one, bins, count, channels]);
  }

  add(a: OnnxValue, b: OnnxValue | number): OnnxValue {
    return this.elementwise('Add', a, b);
  }
  subtract(a: OnnxValue, b: OnnxValue | number): OnnxValue {
    return this.elementwise('Sub', a, b);
  }
  multiply(a: OnnxValue, b: OnnxValue | number): OnnxValue {
    return this.elementwise('Mul', a, b);
  }
  exp(value: OnnxValue): OnnxValue {
    return this.node('Exp', [value], value.shape);
  }
  relu(value: OnnxValue): OnnxValue {
    return this.node('Relu', [value], value.shape);
  }
  sigmoid(value: OnnxValue): OnnxValue {
    return this.node('Sigmoid', [value], value.shape);
  }
  clamp(value: OnnxValue, limit: number): OnnxValue {
    return this.node('Clip', [value, this.number(-limit), this.number(limit)], value.shape);
  }

  log(value: OnnxValue): OnnxValue {
    return this.node('Log', [value], value.shape);
  }

  // In operator set 13 the axes of a sum are an input, those of the others still an attribute.
  sum(value: OnnxValue): OnnxValue {
    const axes = this.integers(axesBehindFirst(value));
    return this.node('ReduceSum', [value, axes], [value.shape[0]], { keepdims: 0 });
  }
  mean(value: OnnxValue): OnnxValue {
    return this.reduce('ReduceMean', value);
  }
  max(value: OnnxValue): OnnxValue {
    return this.reduce('ReduceMax', value);
  }

  dense(value: OnnxValue, name: string, weight: Constant, bias: Constant): OnnxValue {
    const inputs = [value, this.initializer(weight, `${name}.weight`), this.initializer(bias, `${name}.bias`)];
    return this.node('Gemm', inputs, [1, weight.shape[0]], { transB: 1 });
  }

  toGrid(value: OnnxValue, [height, width, channels]: readonly [number, number, number]): OnnxValue {
    const map = this.reshape(value, [1, height, width, channels]);
    return this.node('Transpose', [map], [1, channels, height, width], { perm: [0, 3, 1, 2] });
  }

  fromGrid(grid: OnnxValue, shape: number[]): OnnxValue {
    const [, channels, height, width] = grid.shape;
    const last = this.node('Transpose', [grid], [1, height, width, channels], { perm: [0, 2, 3, 1] });
    return this.reshape(last, shape);
  }

  conv(grid: OnnxValue, { name, spec: { kernel, stride, fine, coarse } }: ConvLayer): OnnxValue {
    const [top, left, bottom, right] = padding(kernel, stride, fine, coarse);
    const pads = [top, left, bottom, right].map(pad => Math.max(0, pad));
    return this.node('Conv', [grid, ...this.convWeights(name)], [1, coarse[2], coarse[0], coarse[1]], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads,
    });
  }

  transposedConv(grid: OnnxValue, { name, spec: { kernel, stride, fine, coarse } }: ConvLayer): OnnxValue {
    const pads = padding(kernel, stride, fine, coarse);
    return this.node('ConvTranspose', [grid, ...this.convWeights(name)], [1, fine[2], fine[0], fine[1]], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      // What a stride wider than the kernel leaves uncovered at the end is not cut off but added.
      pads: pads.map(pad => Math.max(0, pad)),
      output_padding: pads.slice(2).map(pad => Math.max(0, -pad)),
    });
  }

  perChannel(grid: OnnxValue, name: string, scale: Float32Array, shift: Float32Array): OnnxValue {
    const vector = (values: Float32Array, part: string) =>
      this.constant(`${name}.${part}`, [1, values.length, 1, 1], values);
    const scaled = this.node('Mul', [grid, vector(scale, 'scale')], grid.shape);
    return this.node('Add', [scaled, vector(shift, 'shift')], grid.shape);
  }

  /** The graph as a message; after the last call of the others. */
  encode(): ProtoMessage {
    const graph = new ProtoMessage();
    for (const node of this.nodes) graph.message(GRAPH.nodes, encodeNode(node));
    graph.text(GRAPH.name, 'earshot');
    for (const { value, constant } of this.constants) {
      graph.message(GRAPH.initializers, encodeConstant(value.name, constant));
    }
    for (const value of this.inputs) graph.message(GRAPH.inputs, encodeValue(value));
    for (const value of this.outputs) graph.message(GRAPH.outputs, encodeValue(value));
    return graph;
  }

  private convWeights(layer: string): OnnxValue[] {
    const { coarse, fine, height, width } = AXES;
    // [out, in, …] of a convolution, [in, out, …] of a transposed one: the coarse side comes first in both.
    const weight = this.weights.reordered(`${layer}.weight`, [coarse, fine, height, width]);
    const bias = this.weights.plain(`${layer}.bias`);
    return [this.initializer(weight, `${layer}.weight`), this.initializer(bias, `${layer}.bias`)];
  }

  private elementwise(type: string, a: OnnxValue, b: OnnxValue | number): OnnxValue {
    return this.node(type, [a, typeof b === 'number' ? this.number(b) : b], a.shape);
  }

  private reduce(type: string, value: OnnxValue): OnnxValue {
    return this.node(type, [value], [value.shape[0]], { axes: axesBehindFirst(value), keepdims: 0 });
  }

  private number(value: number): OnnxValue {
    return this.initializer(constantOf([], Float32Array.of(value)));
  }

  private integers(values: readonly number[]): OnnxValue {
    return this.initializer(constantOf([values.length], BigInt64Array.from(values, BigInt)));
  }

  private initializer(constant: Constant, name = `constant.${this.constants.length}`): OnnxValue {
    const value = { name, shape: constant.shape };
    this.constants.push({ value, constant });
    return value;
  }

  private node(
    type: string,
    inputs: OnnxValue[],
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ): OnnxValue {
    const output = { name: `${type}.${this.nodes.length}`, shape };
    this.nodes.push({ type, inputs, output, attributes });
    return output;
  }
}

const axesBehindFirst = ({ shape }: OnnxValue): number[] => shape.slice(1).map((_, i) => i + 1);

/** What a 'same' convolution adds on the fine side: [top, left, bottom, right]; the last two below 0 where it lacks. */
function padding(kernel: number, stride: number, fine: readonly number[], coarse: readonly number[]): number[] {
  const [top, left] = [0, 1].map(axis => samePadding(fine[axis], kernel, stride));
  const [bottom, right] = [top, left].map((before, axis) => (coarse[axis] - 1) * stride + kernel - fine[axis] - before);
  return [top, left, bottom, right];
}

function encodeNode({ type, inputs, output, attributes }: OnnxNode): ProtoMessage {
  const node = new ProtoMessage();
  for (const { name } of inputs) node.text(NODE.inputs, name);
  node.text(NODE.outputs, output.name).text(NODE.name, output.name).text(NODE.type, type);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new ProtoMessage().text(ATTRIBUTE.name, name);
    if (Array.isArray(value)) {
      for (const n of value) attribute.int(ATTRIBUTE.ints, n);
      attribute.int(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints);
    } else attribute.int(ATTRIBUTE.int, value).int(ATTRIBUTE.type, ATTRIBUTE_TYPE.int);
    node.message(NODE.attributes, attribute);
  }
  return node;
}

function encodeConstant(name: string, constant: Constant): ProtoMessage {
  const tensor = new ProtoMessage();
  for (const n of constant.shape) tensor.int(TENSOR.dims, n);
  return tensor.int(TENSOR.type, TENSOR_TYPE[constant.type]).text(TENSOR.name, name).blob(TENSOR.data, constant);
}

/** TypeProto.tensor_type { elem_type, shape { dim { dim_value } } } */
function encodeValue({ name, shape }: OnnxValue): ProtoMessage {
  const dims = new ProtoMessage();
  for (const n of shape) dims.message(1, new ProtoMessage().int(1, n));
  const tensor = new ProtoMessage().int(1, TENSOR_TYPE.float32).message(2, dims);
  return new ProtoMessage().text(VALUE.name, name).message(VALUE.type, new ProtoMessage().message(1, tensor));
}
