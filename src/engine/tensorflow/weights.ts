// Parameters as tensors under their names, with what Adam remembers of each.

import type { Random } from '../../stats/random';
import type { Tensor } from '../../store/safetensors';
import { ADAM } from '../conventions';
import { expectTensor, initialise, type Parameter, type ParameterTable } from '../parameters';
import type { TfApi, TfTensor } from './tf-api';

/** The learning rate with both bias corrections for step `t` = 1, 2, … */
const correctedRate = (learningRate: number, t: number): number =>
  (learningRate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);

/** 1 − β in float32, as the kernels compute it. */
const complement = (beta: number): number => Math.fround(1 - Math.fround(beta));

export class Weights {
  readonly trainable: Parameter[];
  private readonly values = new Map<string, TfTensor>();
  private readonly moments = new Map<string, TfTensor>();
  private readonly variances = new Map<string, TfTensor>();
  private steps = 0;

  constructor(
    private readonly tf: TfApi,
    private readonly table: ParameterTable,
  ) {
    this.trainable = table.list.filter(parameter => parameter.trainable);
  }

  /** The tensor called `name`; stays this object's own. */
  get(name: string): TfTensor {
    const value = this.values.get(name);
    if (!value) throw new Error(`the network has no parameter ${name}`);
    return value;
  }

  /** Replaces a tensor; it is this object's own from now on. */
  put(name: string, value: TfTensor): void {
    replace(this.values, name, value);
  }

  initialise(random: Random): void {
    const block = new Float32Array(this.table.size);
    initialise(this.table, block, random);
    for (const { name, shape, size, offset } of this.table.list) {
      this.put(name, this.tf.tensor(block.slice(offset, offset + size), shape));
    }
  }

  set(tensors: Record<string, Tensor>): void {
    const found = this.table.list.map(parameter => expectTensor(parameter, tensors));
    // Copies: TensorFlow computes on the very memory that it is given.
    found.forEach(({ data, shape }, i) => {
      this.put(this.table.list[i].name, this.tf.tensor(data.slice(), shape));
    });
  }

  read(copy: boolean): Record<string, Tensor> {
    const entry = ({ name, shape }: Parameter): [string, Tensor] => {
      const data = this.get(name).dataSync();
      return [name, { shape, data: copy ? data.slice() : data }];
    };
    return Object.fromEntries(this.table.list.map(entry));
  }

  /**
   * One step of Adam, in the form of the kernels: p ← p − rate · m / (√v + ε).
   * @param gradients in the order of `trainable`
   */
  update(gradients: TfTensor[], learningRate: number, gradientScale: number, weightDecay: number): void {
    const { tf } = this;
    const rate = correctedRate(learningRate, ++this.steps);
    this.trainable.forEach(({ name, shape, rateScale }, i) => {
      // Step by step, since the largest matrix may take hundreds of megabytes and each function makes another.
      const gradient = tf.tidy(() => {
        const scaled = tf.mul(gradients[i], gradientScale);
        return weightDecay > 0 ? tf.add(scaled, tf.mul(this.get(name), weightDecay)) : scaled;
      });
      const mix = (map: Map<string, TfTensor>, beta: number, news: () => TfTensor): TfTensor => {
        const mixed = tf.tidy(() => {
          const kept = tf.mul(map.get(name) ?? tf.zeros(shape), beta);
          return tf.add(kept, tf.mul(news(), complement(beta)));
        });
        replace(map, name, mixed);
        return mixed;
      };
      const m = mix(this.moments, ADAM.beta1, () => gradient);
      const v = mix(this.variances, ADAM.beta2, () => tf.square(gradient));
      gradient.dispose();
      const delta = () => tf.div(tf.mul(m, rate * rateScale), tf.add(tf.sqrt(v), ADAM.epsilon));
      this.put(
        name,
        tf.tidy(() => tf.sub(this.get(name), delta())),
      );
    });
  }

  dispose(): void {
    for (const map of [this.values, this.moments, this.variances]) {
      this.tf.dispose([...map.values()]);
      map.clear();
    }
  }
}

function replace(map: Map<string, TfTensor>, name: string, value: TfTensor): void {
  map.get(name)?.dispose();
  map.set(name, value);
}
