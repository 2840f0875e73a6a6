// The TensorFlow engine against our own: one model, two engines, the same numbers. On plain tfjs, and on tfjs-node where
// it is installed.
import assert from 'node:assert/strict';
import { type Architecture, buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import type { ComputeEngine, EngineSettings } from '#src/engine/compute-engine';
import { chooseEngine } from '#src/engine/create-engine';
import { Engine } from '#src/engine/engine';
import { parameterTable } from '#src/engine/parameters';
import { findTensorflow, loadTensorflow } from '#src/engine/tensorflow/load';
import { Random } from '#src/stats/random';
import { skip } from '../../support/system';
import { plainTensorflow } from '../../support/tensorflow';

const BATCH = 4;
const STEPS = 6;
const TOLERANCE = 1e-4;
const LEARNING_RATE = 1e-3;

const custom = (rest: Partial<NetworkOptions>): NetworkOptions => ({
  ...{ preset: 'custom', filters: [6, 8], kernels: [3, 3], strides: [2, 2], latentDim: 3 },
  ...{ batchNorm: false, variational: true },
  ...rest,
});

const mixed = custom({ prior: { kind: 'mixture', components: 3 } });

/** As the office preset has it, with fewer filters. */
function fullSize(architecture: Architecture): Architecture {
  const bridge: [number, number, number] = [...architecture.input, 1];
  const [first, ...rest] = architecture.decoder;
  return { ...architecture, bridge, decoder: [{ ...first, coarse: bridge }, ...rest] };
}

const networks: Record<string, Architecture> = {
  'strides 2': buildArchitecture([16, 12], custom({})),
  'strides 1': buildArchitecture([9, 8], custom({ strides: [1, 1] })),
  'stride 2 on odd sizes': buildArchitecture(
    [13, 11],
    custom({ filters: [5, 6, 7], kernels: [3, 4, 3], strides: [2, 2, 2] }),
  ),
  'batch norm, strides 2': buildArchitecture([16, 12], custom({ batchNorm: true })),
  'batch norm, strides 1': buildArchitecture([8, 7], custom({ batchNorm: true, strides: [1, 1] })),
  'plain autoencoder': buildArchitecture([16, 12], custom({ variational: false, latentDim: 5 })),
  'plain autoencoder, batch norm': buildArchitecture([12, 8], custom({ variational: false, batchNorm: true })),
  'a decoder that starts from a full-size feature map': fullSize(
    buildArchitecture([7, 6], custom({ strides: [1, 1] })),
  ),
  'mixture prior, until it starts': buildArchitecture([16, 12], mixed),
  // More than 4096 inputs to the heads: they learn more slowly.
  'scaled rate of the heads': buildArchitecture([24, 22], custom({ filters: [8], kernels: [3], strides: [1] })),
};

/** Stripes and noise, the same for everyone. */
function examples(architecture: Architecture, count = BATCH): Float32Array {
  const [bins, frames] = architecture.input;
  const random = new Random(21);
  return Float32Array.from({ length: count * bins * frames }, (_, i) => {
    const stripe = (Math.floor(i / frames) + (i % frames)) % 6 < 3 ? 0.7 : 0.2;
    return stripe + 0.1 * random.normal();
  });
}

interface Step {
  rl: number;
  kl: number;
  norm: number;
}

/** Trains on one batch over and over; the losses before each update. */
function learn(engine: ComputeEngine, steps = STEPS, microBatch = BATCH, weightDecay = 0): Step[] {
  const all = examples(engine.architecture);
  const random = new Random(5);
  return Array.from({ length: steps }, () => {
    let rl = 0;
    let kl = 0;
    for (let done = 0; done < BATCH; done += microBatch) {
      const count = Math.min(microBatch, BATCH - done);
      engine.input.set(all.subarray(done * engine.elements, (done + count) * engine.elements));
      const part = engine.gradients(count, done === 0, 30 / (BATCH * engine.elements), 0.1 / BATCH, random);
      rl += part.rl;
      kl += part.kl;
    }
    const norm = engine.reduce();
    engine.update(LEARNING_RATE, 0.8, weightDecay);
    return { rl, kl, norm };
  });
}

function assertClose(got: number, expected: number, what: string, tolerance = TOLERANCE): void {
  const difference = Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-6);
  assert.ok(difference <= tolerance, `${what}: ${got}, expected ${expected} (off by ${difference.toExponential(1)})`);
}

/** Same scores for the same examples, and the same reconstructions. */
function assertScoresAlike(one: ComputeEngine, other: ComputeEngine): void {
  const all = examples(one.architecture);
  const [got, expected] = [one, other].map(engine => {
    engine.input.set(all);
    return { scores: engine.score(BATCH), reconstruction: engine.reconstruction.slice() };
  });
  expected.scores.forEach(({ rl, kl, latent }, i) => {
    assertClose(got.scores[i].rl, rl, `rl of example ${i}`);
    assertClose(got.scores[i].kl, kl, `kl of example ${i}`);
    latent.forEach((z, k) => {
      assert.ok(Math.abs(got.scores[i].latent[k] - z) <= TOLERANCE, `latent ${k} of example ${i}`);
    });
  });
  expected.reconstruction.forEach((value, i) => {
    assert.ok(Math.abs(got.reconstruction[i] - value) <= TOLERANCE, `reconstructed value ${i}`);
  });
}

const opened: ComputeEngine[] = [];

/** An engine that is closed after the test. */
async function open(architecture: Architecture, settings?: EngineSettings): Promise<ComputeEngine> {
  const engine = await chooseEngine(settings).create(architecture, { batch: BATCH, training: true });
  opened.push(engine);
  return engine;
}

async function closeAll(): Promise<void> {
  for (const engine of opened.splice(0)) await engine.close();
}

/** Our engine and TensorFlow with the weights of one seed. */
async function both(architecture: Architecture, settings: EngineSettings): Promise<[ComputeEngine, ComputeEngine]> {
  const pair: [ComputeEngine, ComputeEngine] = [await open(architecture), await open(architecture, settings)];
  for (const engine of pair) engine.initialise(new Random(3));
  return pair;
}

async function assertTrainsAlike(architecture: Architecture, settings: EngineSettings): Promise<void> {
  const [ours, theirs] = await both(architecture, settings);
  const expected = learn(ours);
  learn(theirs).forEach(({ rl, kl, norm }, i) => {
    assertClose(rl, expected[i].rl, `rl before update ${i + 1}`);
    assertClose(kl, expected[i].kl, `kl before update ${i + 1}`);
    assertClose(norm, expected[i].norm, `norm of gradient ${i + 1}`);
  });
  assert.ok(expected[STEPS - 1].rl < expected[0].rl, 'the loss falls');
  const parameters = theirs.parameters();
  for (const [name, { data }] of Object.entries(ours.parameters())) {
    if (!/\.(mean|variance)$/.test(name)) continue;
    data.forEach((value, i) => {
      assertClose(parameters[name].data[i], value, `${name}[${i}]`);
    });
  }
}

async function assertExchanges(architecture: Architecture, settings: EngineSettings): Promise<void> {
  for (const [from, to] of [
    [undefined, settings],
    [settings, undefined],
  ]) {
    const trained = await open(architecture, from);
    trained.initialise(new Random(3));
    learn(trained, 3);
    const scorer = await open(architecture, to);
    scorer.setParameters(trained.parameters());
    assert.deepEqual(scorer.parameters(), trained.parameters());
    assertScoresAlike(scorer, trained);
  }
}

describe('tensorflow engine', function () {
  this.timeout(60_000);
  const tensorflow = plainTensorflow();
  afterEach(closeAll);

  it('starts with the very same weights for a seed', async () => {
    const [ours, theirs] = await both(networks['batch norm, strides 2'], tensorflow);
    assert.deepEqual(theirs.parameters(), ours.parameters());
  });

  for (const [name, architecture] of Object.entries(networks)) {
    it(`trains as ours does, step by step: ${name}`, () => assertTrainsAlike(architecture, tensorflow));
    it(`exchanges trained models both ways: ${name}`, () => assertExchanges(architecture, tensorflow));
  }

  it('adds up the gradients of micro-batches', async () => {
    const [ours, theirs] = await both(networks['strides 2'], tensorflow);
    const expected = learn(ours);
    learn(theirs, STEPS, 3).forEach(({ norm }, i) => {
      assertClose(norm, expected[i].norm, `norm of gradient ${i + 1}`);
    });
  });

  it('trains a mixture prior as ours does, shares and values', async () => {
    const pair = await both(networks['mixture prior, until it starts'], tensorflow);
    const random = new Random(6);
    const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const mixture = { means: normal(9), logVariances: normal(9), logits: normal(3) };
    const [expected, got] = pair.map(engine => {
      engine.startMixture(mixture);
      const steps = learn(engine);
      return { steps, state: engine.takeMixture() };
    });
    got.steps.forEach((step, i) => {
      assertClose(step.kl, expected.steps[i].kl, `kl before update ${i + 1}`);
      assertClose(step.norm, expected.steps[i].norm, `norm of gradient ${i + 1}`);
    });
    assert.ok(got.state && expected.state);
    assert.notDeepEqual(got.state.values.means, mixture.means);
    for (const key of ['means', 'logVariances', 'logits'] as const) {
      got.state.values[key].forEach((value, i) => {
        assert.ok(Math.abs(value - (expected.state?.values[key][i] ?? 0)) < 1e-4, `${key}[${i}]`);
      });
    }
    got.state.shares.forEach((share, k) => {
      assertClose(share, expected.state?.shares[k] ?? 0, `share of component ${k}`);
    });
    assertScoresAlike(...pair);
  });

  it('decays weights as ours does', async () => {
    const [ours, theirs] = await both(networks['batch norm, strides 2'], tensorflow);
    const plain = await open(networks['batch norm, strides 2']);
    plain.initialise(new Random(3));
    const expected = learn(ours, STEPS, BATCH, 0.5);
    learn(theirs, STEPS, BATCH, 0.5).forEach(({ rl, norm }, i) => {
      assertClose(rl, expected[i].rl, `rl before update ${i + 1}`);
      assertClose(norm, expected[i].norm, `norm of gradient ${i + 1}`);
    });
    assert.ok(Math.abs(learn(plain)[STEPS - 1].rl / expected[STEPS - 1].rl - 1) > 1e-3, 'it makes a difference');
  });

  it('keeps log-variance within its limits, on the way back too', async () => {
    const pair = await both(networks['strides 2'], tensorflow);
    const parameters = pair[0].parameters();
    parameters['heads.bias'].data.set([0.1, 0.2, 0.3, 40, -40, 12]);
    const [expected, got] = pair.map(engine => {
      engine.setParameters(parameters);
      return learn(engine, 3);
    });
    assert.ok(expected[0].kl > 1e4);
    got.forEach((step, i) => {
      assertClose(step.kl, expected[i].kl, `kl ${i}`);
      assertClose(step.norm, expected[i].norm, `norm ${i}`);
    });
  });

  it('scores an example the same alone and in a batch', async () => {
    const engine = await open(networks['batch norm, strides 2'], tensorflow);
    engine.initialise(new Random(4));
    const all = examples(engine.architecture);
    engine.input.set(all);
    const together = engine.score(BATCH);
    for (let i = 0; i < BATCH; i++) {
      engine.input.set(all.subarray(i * engine.elements, (i + 1) * engine.elements));
      const [alone] = engine.score(1);
      assertClose(alone.rl, together[i].rl, `rl of example ${i}`, 1e-6);
      assertClose(alone.kl, together[i].kl, `kl of example ${i}`, 1e-6);
    }
  });

  it('tells a gradient that is not finite', async () => {
    const engine = await open(networks['strides 2'], tensorflow);
    engine.initialise(new Random(4));
    engine.input.set(examples(engine.architecture));
    engine.gradients(BATCH, true, 1e200, 1, new Random(1));
    assert.ok(!Number.isFinite(engine.reduce()));
  });

  it('refuses tensors that do not fit, naming them', async () => {
    const engine = await open(networks['strides 2'], tensorflow);
    engine.initialise(new Random(4));
    const { 'heads.bias': bias, ...rest } = engine.parameters();
    assert.throws(() => engine.setParameters(rest), /the model has no tensor heads\.bias/);
    const wrong = { ...rest, 'heads.bias': { shape: [2, 3], data: bias.data } };
    assert.throws(() => engine.setParameters(wrong), /tensor heads\.bias is 2×3; expected 6/);
  });

  it('keeps its own copy of what it is given, and gives copies', async () => {
    const engine = await open(networks['strides 2'], tensorflow);
    engine.initialise(new Random(4));
    const given = engine.parameters();
    engine.setParameters(given);
    const before = engine.parameters();
    given['heads.weight'].data.fill(9);
    assert.deepEqual(engine.parameters(), before);
    const kept = structuredClone(before);
    learn(engine, 1);
    assert.deepEqual(before, kept);
  });

  it('takes no more memory with every step, and gives all back in the end', async () => {
    const tf = loadTensorflow(tensorflow.folders);
    const empty = tf.memory().numTensors;
    const engine = await open(networks['batch norm, strides 2'], tensorflow);
    engine.initialise(new Random(4));
    const { list } = parameterTable(engine.architecture);
    const trained = list.filter(({ trainable }) => trainable).length;
    const counts = Array.from({ length: 3 }, () => {
      learn(engine, 2, 2);
      engine.score(BATCH);
      return tf.memory().numTensors - empty;
    });
    // Weights, Adam's two moments and the gradients of what is trained, and the last reconstruction.
    assert.deepEqual(counts, new Array(3).fill(list.length + 3 * trained + 1));
    engine.setParameters(engine.parameters());
    assert.equal(tf.memory().numTensors - empty, counts[0]);
    await engine.close();
    assert.equal(tf.memory().numTensors, empty);
  });
});

describe('tensorflow engine on @tensorflow/tfjs-node', function () {
  this.timeout(300_000);
  afterEach(closeAll);

  it('trains as ours does, and exchanges models both ways', async function () {
    // Not one of the parts that CI must have: the package is the user's choice.
    if (!findTensorflow([])) {
      skip(this, 'it is not installed; install it with: npm install --no-save @tensorflow/tfjs-node');
    }
    for (const architecture of Object.values(networks)) {
      await assertTrainsAlike(architecture, { choice: 'tensorflow', folders: [] });
      await assertExchanges(architecture, { choice: 'tensorflow', folders: [] });
    }
  });
});

describe('choice of the engine', () => {
  const architecture = networks['strides 1'];

  it('is our own for auto, wasm and where nothing is said', async () => {
    for (const settings of [undefined, { choice: 'auto', folders: [] }, { choice: 'wasm', folders: [] }] as const) {
      const engine = await chooseEngine(settings && { ...settings, folders: [] }).create(architecture, { batch: 1 });
      assert.equal(engine.name, 'wasm');
      assert.ok(engine instanceof Engine);
      await engine.close();
    }
  });

  it('is TensorFlow where it is chosen', async () => {
    const engine = await chooseEngine(plainTensorflow()).create(architecture, { batch: 1 });
    assert.equal(engine.name, 'tensorflow');
    await engine.close();
  });
});
