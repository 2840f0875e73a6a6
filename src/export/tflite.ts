// TFLite (LiteRT): a FlatBuffer after tensorflow/lite/schema/schema.fbs. Its convolutions work on
// [1, height, width, channels], as ours do, so a grid is an ordinary tensor here.
import type { JsonObject } from '../store/json';
import { byte, content, flatBuffer, int, integers, references, type Table, table, text } from './flatbuffer';
import type { ConvLayer, Graph } from './graph';
import { buildNetwork, type ExportSource } from './network';
import type { Constant, ExportedFile, Piece, Port } from './pieces';
import { AXES, constantOf, type Weights } from './weights';

const IDENTIFIER = 'TFL3';
const SCHEMA_VERSION = 3;
const SIGNATURE = 'serving_default';
/** The name of the metadata entry; its content is JSON. */
const METADATA_NAME = 'earshot';

/**
 * The operators used: number in BuiltinOperator, the oldest version that has what is used of it, and the number of its
 * options in the union BuiltinOptions.
 */
const OPERATORS = {
  ADD: { code: 0, version: 1, options: 11 },
  CONV_2D: { code: 3, version: 1, options: 1 },
  FULLY_CONNECTED: { code: 9, version: 1, options: 8 },
  LOGISTIC: { code: 14, version: 1, options: 0 },
  MUL: { code: 18, version: 1, options: 21 },
  RELU: { code: 19, version: 1, options: 0 },
  RESHAPE: { code: 22, version: 1, options: 17 },
  MEAN: { code: 40, version: 1, options: 27 },
  SUB: { code: 41, version: 1, options: 28 },
  EXP: { code: 47, version: 1, options: 33 },
  MAXIMUM: { code: 55, version: 1, options: 39 },
  MINIMUM: { code: 57, version: 1, options: 39 },
  SLICE: { code: 65, version: 1, options: 48 },
  // The third version has a bias.
  TRANSPOSE_CONV: { code: 67, version: 3, options: 49 },
  LOG: { code: 73, version: 1, options: 0 },
  SUM: { code: 74, version: 1, options: 27 },
  REDUCE_MAX: { code: 82, version: 1, options: 27 },
} as const;
type Operator = keyof typeof OPERATORS;

const TENSOR_TYPE = { float32: 0, int32: 2, int64: 4 } as const;
const SAME_PADDING = 0;

/**
 * A model as a TFLite file.
 * @returns what to write, and what goes in and comes out
 */
export function tfliteFile(source: ExportSource): ExportedFile {
  const graph = new TfliteGraph(source.weights);
  buildNetwork(graph, source);
  return { pieces: graph.encode(source.description), input: graph.inputs[0], outputs: graph.outputs };
}

interface TfliteValue {
  /** Its place in the list of tensors. */
  index: number;
  /** Changed where the value becomes an output. */
  name: string;
  shape: readonly number[];
  constant?: Constant;
}

class TfliteGraph implements Graph<TfliteValue> {
  readonly inputs: TfliteValue[] = [];
  readonly outputs: TfliteValue[] = [];
  private readonly tensors: TfliteValue[] = [];
  private readonly operators: Table[] = [];
  /** Operators in the order in which they were first used: the file numbers them so. */
  private readonly used: Operator[] = [];

  constructor(private readonly weights: Weights) {}

  input({ name, shape }: Port): TfliteValue {
    const value = this.tensor(name, shape);
    this.inputs.push(value);
    return value;
  }

  output(name: string, value: TfliteValue): void {
    value.name = name;
    this.outputs.push(value);
  }

  constant(name: string, shape: number[], values: Float32Array): TfliteValue {
    return this.stored(constantOf(shape, values), name);
  }

  reshape(value: TfliteValue, shape: readonly number[]): TfliteValue {
    if (value.shape.join() === shape.join()) return value;
    // { new_shape }
    return this.operator('RESHAPE', [value, this.integers(shape)], shape, table(integers(shape)));
  }

  firstFrames(spectrogram: TfliteValue, count: number): TfliteValue {
    const [one, bins, , channels] = spectrogram.shape;
    const shape = [one, bins, count, channels];
    return this.operator('SLICE', [spectrogram, this.integers([0, 0, 0, 0]), this.integers(shape)], shape);
  }

  add(a: TfliteValue, b: TfliteValue | number): TfliteValue {
    return this.elementwise('ADD', a, b);
  }
  subtract(a: TfliteValue, b: TfliteValue | number): TfliteValue {
    return this.elementwise('SUB', a, b);
  }
  multiply(a: TfliteValue, b: TfliteValue | number): TfliteValue {
    return this.elementwise('MUL', a, b);
  }
  exp(value: TfliteValue): TfliteValue {
    return this.operator('EXP', [value], value.shape);
  }
  relu(value: TfliteValue): TfliteValue {
    return this.operator('RELU', [value], value.shape);
  }
  sigmoid(value: TfliteValue): TfliteValue {
    return this.operator('LOGISTIC', [value], value.shape);
  }
  clamp(value: TfliteValue, limit: number): TfliteValue {
    return this.elementwise('MAXIMUM', this.elementwise('MINIMUM', value, limit), -limit);
  }
  log(value: TfliteValue): TfliteValue {
    return this.operator('LOG', [value], value.shape);
  }
  sum(value: TfliteValue): TfliteValue {
    return this.reduce('SUM', value);
  }
  mean(value: TfliteValue): TfliteValue {
    return this.reduce('MEAN', value);
  }
  max(value: TfliteValue): TfliteValue {
    return this.reduce('REDUCE_MAX', value);
  }

  dense(value: TfliteValue, name: string, weight: Constant, bias: Constant): TfliteValue {
    const inputs = [value, this.stored(weight, `${name}.weight`), this.stored(bias, `${name}.bias`)];
    return this.operator('FULLY_CONNECTED', inputs, [1, weight.shape[0]]);
  }

  toGrid(value: TfliteValue, grid: readonly [number, number, number]): TfliteValue {
    return this.reshape(value, [1, ...grid]);
  }
  fromGrid(grid: TfliteValue, shape: number[]): TfliteValue {
    return this.reshape(grid, shape);
  }

  conv(grid: TfliteValue, { name, spec: { stride, coarse } }: ConvLayer): TfliteValue {
    const { coarse: out, height, width, fine } = AXES;
    const weight = this.stored(this.weights.reordered(`${name}.weight`, [out, height, width, fine]), `${name}.weight`);
    // { padding, stride_w, stride_h }
    const options = table(byte(SAME_PADDING), int(stride), int(stride));
    return this.operator('CONV_2D', [grid, weight, this.bias(name)], [1, ...coarse], options);
  }

  transposedConv(grid: TfliteValue, { name, spec: { stride, fine } }: ConvLayer): TfliteValue {
    const { fine: out, height, width, coarse } = AXES;
    const weight = this.stored(
      this.weights.reordered(`${name}.weight`, [out, height, width, coarse]),
      `${name}.weight`,
    );
    const shape = [1, ...fine];
    const options = table(byte(SAME_PADDING), int(stride), int(stride));
    return this.operator('TRANSPOSE_CONV', [this.integers(shape), weight, grid, this.bias(name)], shape, options);
  }

  perChannel(grid: TfliteValue, name: string, scale: Float32Array, shift: Float32Array): TfliteValue {
    const vector = (values: Float32Array, part: string) => this.constant(`${name}.${part}`, [values.length], values);
    const scaled = this.operator('MUL', [grid, vector(scale, 'scale')], grid.shape);
    return this.operator('ADD', [scaled, vector(shift, 'shift')], grid.shape);
  }

  /** The file; after the last call of the others. */
  encode(description: JsonObject): readonly Piece[] {
    const constants = this.tensors.filter(({ constant }) => constant);
    // Buffer 0 is empty by convention: that of tensors which are computed.
    const bufferOf = new Map(constants.map((value, i) => [value, i + 1]));
    const metadataBuffer = constants.length + 1;
    const buffers = [
      table(),
      ...constants.map(({ constant }) => table(content(constant as Constant))),
      table(content(Buffer.from(JSON.stringify(description), 'utf8'))),
    ];
    const indices = (values: TfliteValue[]) => integers(values.map(({ index }) => index));
    // { shape, type, buffer, name }
    const tensors = this.tensors.map(value => {
      const type = TENSOR_TYPE[value.constant?.type ?? 'float32'];
      return table(integers(value.shape), byte(type), int(bufferOf.get(value) ?? 0), text(value.name));
    });
    // { tensors, inputs, outputs, operators, name }
    const subgraph = table(
      references(tensors),
      indices(this.inputs),
      indices(this.outputs),
      references(this.operators),
      text('main'),
    );
    // { deprecated_builtin_code, custom_code, version, builtin_code }
    const codes = this.used.map(operator => {
      const { code, version } = OPERATORS[operator];
      return table(byte(code), undefined, int(version), int(code));
    });
    // { name, tensor_index }
    const ports = (values: TfliteValue[]) => references(values.map(({ name, index }) => table(text(name), int(index))));
    // { inputs, outputs, signature_key, deprecated_tag, subgraph_index }
    const signature = table(ports(this.inputs), ports(this.outputs), text(SIGNATURE), undefined, int(0));
    // { version, operator_codes, subgraphs, description, buffers, metadata_buffer, metadata, signature_defs }
    const model = table(
      int(SCHEMA_VERSION),
      references(codes),
      references([subgraph]),
      text(String(description.producer)),
      references(buffers),
      undefined,
      // { name, buffer }
      references([table(text(METADATA_NAME), int(metadataBuffer))]),
      references([signature]),
    );
    return flatBuffer(model, IDENTIFIER);
  }

  private bias(layer: string): TfliteValue {
    return this.stored(this.weights.plain(`${layer}.bias`), `${layer}.bias`);
  }

  private elementwise(operator: Operator, a: TfliteValue, b: TfliteValue | number): TfliteValue {
    const second = typeof b === 'number' ? this.stored(constantOf([], Float32Array.of(b))) : b;
    return this.operator(operator, [a, second], a.shape);
  }

  private reduce(operator: Operator, value: TfliteValue): TfliteValue {
    const axes = this.integers(value.shape.slice(1).map((_, i) => i + 1));
    return this.operator(operator, [value, axes], [value.shape[0]]);
  }

  private integers(values: readonly number[]): TfliteValue {
    return this.stored(constantOf([values.length], Int32Array.from(values)));
  }

  private stored(constant: Constant, name = `constant.${this.tensors.length}`): TfliteValue {
    return this.tensor(name, constant.shape, constant);
  }

  private tensor(name: string, shape: readonly number[], constant?: Constant): TfliteValue {
    const value = { index: this.tensors.length, name, shape, constant };
    this.tensors.push(value);
    return value;
  }

  private operator(
    operator: Operator,
    inputs: TfliteValue[],
    shape: readonly number[],
    options: Table = table(),
  ): TfliteValue {
    const output = this.tensor(`${operator}.${this.tensors.length}`, shape);
    if (!this.used.includes(operator)) this.used.push(operator);
    const kind = OPERATORS[operator].options;
    // { opcode_index, inputs, outputs, builtin_options_type, builtin_options }
    this.operators.push(
      table(
        int(this.used.indexOf(operator)),
        integers(inputs.map(({ index }) => index)),
        integers([output.index]),
        ...(kind ? [byte(kind), options] : []),
      ),
    );
    return output;
  }
}
