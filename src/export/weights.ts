// The constants of an exported network, from the tensors of the model file: as they are, with their axes in another
// order, or worked out. The model file orders them as Keras does, see src/engine/parameters.ts; other formats do not.
import { BATCH_NORM } from '../engine/conventions';
import type { OpenModel } from '../store/model-file';
import { bytesOf, type TensorEntry } from '../store/safetensors';
import type { Constant } from './pieces';

/** Values that are held at once while a matrix is turned. */
const BLOCK_VALUES = 1 << 20;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** A constant whose values are at hand. */
export function constantOf(shape: readonly number[], values: Float32Array | Int32Array | BigInt64Array): Constant {
  const type =
    values instanceof Float32Array
      ? 'float32'
      : ((values instanceof Int32Array ? 'int32' : 'int64') as Constant['type']);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { type, shape, bytes: bytes.length, write: (out, position) => out.put(bytes, position) };
}

/** A constant that is computed when it is written. */
function lazy(shape: readonly number[], values: () => Float32Array): Constant {
  const write: Constant['write'] = (out, position) => out.put(bytesOf(values()), position);
  return { type: 'float32', shape, bytes: sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT, write };
}

/** The axes of a convolution's weights as the model file has them. */
export const AXES = { height: 0, width: 1, fine: 2, coarse: 3 } as const;

export class Weights {
  constructor(private readonly model: OpenModel) {}

  get names(): string[] {
    return [...this.model.tensors.keys()];
  }

  /** Of all tensors. */
  get bytes(): number {
    const sizes = [...this.model.tensors.values()].map(({ shape }) => sizeOf(shape));
    return sizes.reduce((sum, size) => sum + size, 0) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** A whole tensor in memory. */
  values(name: string): Float32Array {
    const tensor = this.find(name);
    const values = new Float32Array(sizeOf(tensor.shape));
    this.model.read(tensor, 0, values);
    return values;
  }

  /** A tensor as it is. */
  plain(name: string): Constant {
    return lazy(this.find(name).shape, () => this.values(name));
  }

  /** Part of a vector. */
  slice(name: string, from: number, to: number): Constant {
    return lazy([to - from], () => this.values(name).slice(from, to));
  }

  /** A tensor of four axes with these in the order given: axis `order[0]` of the model file becomes the first. */
  reordered(name: string, order: readonly [number, number, number, number]): Constant {
    const { shape } = this.find(name);
    const reordered = order.map(axis => shape[axis]);
    const steps = order.map(axis => sizeOf(shape.slice(axis + 1)));
    return lazy(reordered, () => {
      const from = this.values(name);
      const to = new Float32Array(from.length);
      let at = 0;
      for (let a = 0; a < reordered[0]; a++) {
        for (let b = 0; b < reordered[1]; b++) {
          for (let c = 0; c < reordered[2]; c++) {
            const base = a * steps[0] + b * steps[1] + c * steps[2];
            for (let d = 0; d < reordered[3]; d++) to[at++] = from[base + d * steps[3]];
          }
        }
      }
      return to;
    });
  }

  /**
   * Columns of a matrix as rows: [in, out] → [to − from, in]. A dense layer may have hundreds of megabytes, so a block
   * of rows is read at a time and its columns are put where they belong.
   */
  transposed(name: string, from = 0, to?: number): Constant {
    const tensor = this.find(name);
    const [rows, columns] = tensor.shape;
    const end = to ?? columns;
    const shape = [end - from, rows];
    const { BYTES_PER_ELEMENT } = Float32Array;
    const write: Constant['write'] = (out, position) => {
      const most = Math.max(1, Math.floor(BLOCK_VALUES / columns));
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row);
        const block = new Float32Array(count * columns);
        this.model.read(tensor, row * columns, block);
        const turned = new Float32Array(count);
        for (let column = from; column < end; column++) {
          for (let i = 0; i < count; i++) turned[i] = block[i * columns + column];
          out.put(bytesOf(turned), position + ((column - from) * rows + row) * BYTES_PER_ELEMENT);
        }
      }
    };
    return { type: 'float32', shape, bytes: sizeOf(shape) * BYTES_PER_ELEMENT, write };
  }

  /** Batch norm with its running statistics, as x · scale + shift for each channel. */
  batchNorm(layer: string): { scale: Float32Array; shift: Float32Array } {
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map(part =>
      this.values(`${layer}.${part}`),
    );
    const scale = gamma.map((value, c) => value / Math.sqrt(variance[c] + BATCH_NORM.epsilon));
    return { scale, shift: beta.map((value, c) => value - mean[c] * scale[c]) };
  }

  private find(name: string): TensorEntry {
    const tensor = this.model.tensors.get(name);
    if (!tensor) throw new Error(`the model has no tensor ${name}`);
    return tensor;
  }
}
