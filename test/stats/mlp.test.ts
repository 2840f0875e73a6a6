// Dense networks: gradients against finite differences, values against tfjs, and what training promises.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { ACTIVATIONS, Mlp, type MlpShape } from '#src/stats/mlp';
import { type MlpData, type MlpEpoch, type MlpTraining, trainMlp } from '#src/stats/mlp-train';
import { Random } from '#src/stats/random';
import { learnZNorm, zNormalised } from '#src/stats/z-norm';
import { Cancelled } from '#src/threads/cancelled';

const OUTPUTS = ['sigmoid', 'softmax'] as const;
const TRAINING: MlpTraining = { epochs: 200, batchSize: 16, learningRate: 0.01, seed: 1 };

const shapeOf = (rest: Partial<MlpShape>): MlpShape => ({
  ...{ inputs: 4, hidden: [5, 3], activation: 'tanh', outputs: 3, output: 'softmax' },
  ...rest,
});

/** Normal inputs, random classes (one-hot), weights of mean 1. */
function randomData({ inputs, outputs }: MlpShape, count: number, random: Random): Required<MlpData> {
  const rows = Float64Array.from({ length: count * inputs }, () => random.normal());
  const targets = new Float64Array(count * outputs);
  for (let i = 0; i < count; i++) targets[i * outputs + random.below(outputs)] = 1;
  const raw = Float64Array.from({ length: count }, () => 0.2 + random.uniform());
  const mean = raw.reduce((sum, w) => sum + w, 0) / count;
  return { rows, targets, weights: raw.map(w => w / mean) };
}

/** Biases away from 0, so that a mistake there shows. */
function randomMlp(shape: MlpShape, random: Random): Mlp {
  const mlp = new Mlp(shape);
  mlp.initialise(random);
  for (let i = 0; i < mlp.parameters.length; i++) mlp.parameters[i] += 0.3 * random.normal();
  return mlp;
}

/** Two classes that no line separates: the signs of the two inputs agree or not. */
function exclusiveOr(count: number, seed: number): MlpData {
  const random = new Random(seed);
  const rows = Float64Array.from({ length: 2 * count }, () => 2 * random.uniform() - 1);
  const targets = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) targets[2 * i + (rows[2 * i] * rows[2 * i + 1] > 0 ? 1 : 0)] = 1;
  return { rows, targets };
}

const accuracy = (mlp: Mlp, { rows, targets }: MlpData): number => {
  const p = mlp.predict(rows);
  const count = targets.length / 2;
  let right = 0;
  for (let i = 0; i < count; i++) if (p[2 * i] > p[2 * i + 1] === targets[2 * i] > 0.5) right++;
  return right / count;
};

describe('dense networks', () => {
  for (const activation of ACTIVATIONS) {
    for (const output of OUTPUTS) {
      it(`gradients equal finite differences: ${activation}, ${output}`, () => {
        for (const hidden of [[], [5], [5, 3], [2, 7, 4]]) {
          const random = new Random(11);
          const shape = shapeOf({ activation, output, hidden });
          const mlp = randomMlp(shape, random);
          const { rows, targets, weights } = randomData(shape, 7, random);
          const gradient = new Float64Array(mlp.parameters.length);
          const loss = mlp.gradients(rows, targets, gradient, weights);
          assert.equal(loss, mlp.loss(rows, targets, weights));
          const step = 1e-6;
          for (let i = 0; i < gradient.length; i++) {
            const at = mlp.parameters[i];
            mlp.parameters[i] = at + step;
            const above = mlp.loss(rows, targets, weights);
            mlp.parameters[i] = at - step;
            const below = mlp.loss(rows, targets, weights);
            mlp.parameters[i] = at;
            const expected = (above - below) / (2 * step);
            assert.ok(Math.abs(gradient[i] - expected) < 1e-7, `parameter ${i}: ${gradient[i]}, expected ${expected}`);
          }
        }
      });
    }
  }

  it('predictions and losses equal tfjs', async () => {
    for (const activation of ACTIVATIONS) {
      for (const output of OUTPUTS) {
        const random = new Random(5);
        const shape = shapeOf({ activation, output });
        const mlp = randomMlp(shape, random);
        const { rows, targets } = randomData(shape, 9, random);
        const layers = [...shape.hidden, shape.outputs].map((units, i) =>
          tf.layers.dense({
            units,
            activation: i < shape.hidden.length ? activation : output,
            ...(i === 0 ? { inputShape: [shape.inputs] } : {}),
          }),
        );
        const peer = tf.sequential({ layers });
        peer.setWeights(Object.values(mlp.tensors()).map(({ data, shape: size }) => tf.tensor(data, size)));
        const predicted = peer.predict(tf.tensor2d(Float32Array.from(rows), [9, shape.inputs])) as tf.Tensor;
        const theirs = await predicted.data();
        mlp.predict(rows).forEach((value, i) => {
          assert.ok(Math.abs(value - theirs[i]) < 1e-6, `${activation}, ${output}: ${value}, tfjs ${theirs[i]}`);
        });
        const truth = tf.tensor2d(Float32Array.from(targets), [9, shape.outputs]);
        const entropy =
          output === 'softmax'
            ? tf.metrics.categoricalCrossentropy(truth, predicted)
            : tf.metrics.binaryCrossentropy(truth, predicted).mul(shape.outputs);
        const expected = (await entropy.mean().data())[0];
        assert.ok(Math.abs(mlp.loss(rows, targets) - expected) < 1e-5);
      }
    }
  });

  it('trains step by step as tfjs with Adam', async () => {
    const random = new Random(2);
    const shape = shapeOf({ hidden: [6] });
    const mlp = randomMlp(shape, random);
    const { rows, targets } = randomData(shape, 12, random);
    const layers = [
      tf.layers.dense({ units: 6, activation: 'tanh', inputShape: [4] }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ];
    const peer = tf.sequential({ layers });
    peer.setWeights(Object.values(mlp.tensors()).map(({ data, shape: size }) => tf.tensor(data, size)));
    peer.compile({ optimizer: tf.train.adam(0.01, 0.9, 0.999, 1e-8), loss: 'categoricalCrossentropy' });
    const x = tf.tensor2d(Float32Array.from(rows), [12, 4]);
    const y = tf.tensor2d(Float32Array.from(targets), [12, 3]);
    await peer.fit(x, y, { epochs: 50, batchSize: 12, verbose: 0 });
    trainMlp(mlp, { rows, targets }, { ...TRAINING, epochs: 50, batchSize: 0 });
    const theirs = await (peer.predict(x) as tf.Tensor).data();
    mlp.predict(rows).forEach((value, i) => {
      assert.ok(Math.abs(value - theirs[i]) < 1e-3, `${value}, tfjs ${theirs[i]}`);
    });
  });

  it('decays weights as Adam with L2 or as AdamW, each by its formula', () => {
    const shape = shapeOf({ hidden: [], inputs: 1, outputs: 1, output: 'sigmoid' });
    const data = { rows: Float64Array.of(1), targets: Float64Array.of(1) };
    const once = { ...TRAINING, epochs: 1, learningRate: 0.1, weightDecay: 0.5 };
    const stepWith = (rest: Partial<MlpTraining>) => {
      const mlp = new Mlp(shape);
      mlp.parameters.set([2, 0]);
      trainMlp(mlp, data, { ...once, ...rest });
      return mlp.parameters[0];
    };
    // The first step of Adam is learningRate · sign(gradient). The loss falls with the weight growing (gradient
    // σ(2) − 1 = −0.12); L2 adds 0.5 · 2 = 1 to that and turns it round.
    assert.ok(Math.abs(stepWith({ weightDecay: 0 }) - 2.1) < 1e-6);
    assert.ok(Math.abs(stepWith({ decay: 'l2' }) - 1.9) < 1e-6);
    assert.ok(Math.abs(stepWith({ decay: 'decoupled' }) - (2 * (1 - 0.1 * 0.5) + 0.1)) < 1e-6);
  });

  it('learns what no line separates; without hidden layers it cannot', () => {
    const training = exclusiveOr(400, 1);
    const test = exclusiveOr(400, 2);
    for (const activation of ['relu', 'tanh'] as const) {
      const mlp = new Mlp(shapeOf({ inputs: 2, outputs: 2, hidden: [16, 16], activation }));
      mlp.initialise(new Random(3));
      trainMlp(mlp, training, TRAINING);
      assert.ok(accuracy(mlp, test) > 0.95, `${activation}: ${accuracy(mlp, test)}`);
    }
    const line = new Mlp(shapeOf({ inputs: 2, outputs: 2, hidden: [16], activation: 'linear' }));
    line.initialise(new Random(3));
    trainMlp(line, training, TRAINING);
    assert.ok(accuracy(line, test) < 0.65);
  });

  it('stops early and ends with the best weights', () => {
    // Labels of pure chance: after the first epochs the validation loss can only grow.
    const random = new Random(4);
    const shape = shapeOf({ inputs: 2, outputs: 2, hidden: [32], activation: 'relu' });
    const data = randomData(shape, 40, random);
    const validation = randomData(shape, 40, random);
    const epochs: MlpEpoch[] = [];
    const mlp = new Mlp(shape);
    mlp.initialise(random);
    const training = { ...TRAINING, epochs: 500, learningRate: 0.05, patience: 5 };
    const { best, epochs: trained } = trainMlp(mlp, data, training, {
      validation,
      onEpoch: epoch => epochs.push(epoch),
    });
    assert.ok(trained < 500);
    assert.equal(epochs.length, trained);
    assert.equal(trained - best.epoch, 5);
    assert.equal(best.valLoss, Math.min(...epochs.map(({ valLoss }) => valLoss as number)));
    assert.equal(mlp.loss(validation.rows, validation.targets, validation.weights), best.valLoss);
  });

  it('gives the same network for the same seed', () => {
    const train = (seed: number) => {
      const mlp = new Mlp(shapeOf({ inputs: 2, outputs: 2 }));
      mlp.initialise(new Random(seed));
      trainMlp(mlp, exclusiveOr(50, 1), { ...TRAINING, epochs: 5, seed });
      return mlp.parameters;
    };
    assert.deepEqual(train(1), train(1));
    assert.notDeepEqual(train(1), train(2));
  });

  it('weights count like repeated rows', () => {
    const random = new Random(6);
    const shape = shapeOf({});
    const mlp = randomMlp(shape, random);
    const { rows, targets } = randomData(shape, 2, random);
    const twice = (values: Float64Array, width: number) => Float64Array.of(...values, ...values.subarray(0, width));
    const repeated = mlp.loss(twice(rows, 4), twice(targets, 3));
    assert.ok(Math.abs(mlp.loss(rows, targets, Float64Array.of(4 / 3, 2 / 3)) - repeated) < 1e-12);
  });

  it('stays finite where it is very sure', () => {
    for (const output of OUTPUTS) {
      const mlp = new Mlp(shapeOf({ hidden: [], inputs: 1, outputs: 2, output }));
      mlp.parameters.set([1e4, -1e4, 0, 0]);
      const rows = Float64Array.of(1, -1);
      assert.ok([...mlp.predict(rows)].every(p => p >= 0 && p <= 1));
      assert.equal(mlp.loss(rows, Float64Array.of(1, 0, 0, 1)), 0);
      assert.ok(Number.isFinite(mlp.loss(rows, Float64Array.of(0, 1, 1, 0))));
    }
  });

  it('stops when cancelled', () => {
    const mlp = new Mlp(shapeOf({ inputs: 2, outputs: 2 }));
    let epochs = 0;
    const watch = { onEpoch: () => epochs++, cancelled: () => epochs === 3 };
    assert.throws(() => trainMlp(mlp, exclusiveOr(20, 1), TRAINING, watch), Cancelled);
    assert.equal(epochs, 3);
  });

  it('comes back from its tensors, to the precision of float32', () => {
    const random = new Random(8);
    const shape = shapeOf({});
    const mlp = randomMlp(shape, random);
    const { rows } = randomData(shape, 5, random);
    const again = Mlp.fromTensors(shape, mlp.tensors()).predict(rows);
    mlp.predict(rows).forEach((value, i) => {
      assert.ok(Math.abs(value - again[i]) < 1e-6);
    });
  });

  it('refuses tensors of another network', () => {
    const tensors = new Mlp(shapeOf({})).tensors();
    assert.throws(() => Mlp.fromTensors(shapeOf({ hidden: [6, 3] }), tensors), {
      code: 'model-damaged',
      message: /dense\.0\.weight .* is 4×5; expected 4×6/,
    });
    assert.throws(() => Mlp.fromTensors(shapeOf({ hidden: [5, 3, 3] }), tensors), /dense\.3\.weight .* is missing/);
  });
});

describe('z-normalisation', () => {
  it('gives every column mean 0 and standard deviation 1 (n − 1)', () => {
    const norm = learnZNorm(Float64Array.of(1, 100, 2, 300, 3, 500), 2);
    assert.deepEqual(norm, { mean: [2, 300], std: [1, 200] });
    assert.deepEqual([...zNormalised(Float64Array.of(4, 100), norm)], [2, -1]);
  });

  it('makes a column that never varies 0, not NaN', () => {
    for (const value of [0, 0.1, -1e9]) {
      const rows = new Float64Array(7).fill(value);
      assert.ok(zNormalised(rows, learnZNorm(rows, 1)).every(z => Math.abs(z) < 1e-6));
    }
    assert.deepEqual(learnZNorm(Float64Array.of(5), 1), { mean: [5], std: [1] });
  });
});
