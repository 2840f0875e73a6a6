// Our layers and their gradients against tfjs' cpu back end, for whole small networks: strides 1 and 2, odd sizes,
// batch norm on and off, plain autoencoder, several threads and micro-batches, both kernel modules.
import assert from 'node:assert/strict';
import { type Architecture, buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import { Engine } from '#src/engine/engine';
import { bestKernels, type KernelKind } from '#src/engine/wasm';
import { Random } from '#src/stats/random';
import { oracle, relativeDifference } from './tfjs-network';

const BATCH = 5;
const TOLERANCE = 1e-4;
const RL_SCALE = 0.37;
const KL_SCALE = 0.05;

const custom = (rest: Partial<NetworkOptions>): NetworkOptions => ({
  preset: 'custom',
  filters: [8, 12],
  kernels: [3, 3],
  strides: [2, 2],
  latentDim: 3,
  batchNorm: false,
  variational: true,
  ...rest,
});

const networks: Record<string, Architecture> = {
  'strides 2': buildArchitecture([16, 12], custom({})),
  'strides 1': buildArchitecture([9, 11], custom({ strides: [1, 1] })),
  'stride 2 on odd sizes': buildArchitecture(
    [17, 13],
    custom({ filters: [5, 10, 7], kernels: [3, 3, 3], strides: [2, 2, 2] }),
  ),
  'kernels 5 and 1, stride 3': buildArchitecture([19, 14], custom({ kernels: [5, 1], strides: [3, 1] })),
  'kernel 4, stride 2': buildArchitecture([16, 15], custom({ kernels: [4, 2] })),
  'strides wider than the kernels': buildArchitecture([19, 14], custom({ kernels: [2, 1], strides: [3, 2] })),
  'batch norm, strides 2': buildArchitecture([16, 12], custom({ batchNorm: true })),
  'batch norm, strides 1': buildArchitecture([8, 10], custom({ batchNorm: true, strides: [1, 1], filters: [6, 9] })),
  'plain autoencoder': buildArchitecture([16, 12], custom({ variational: false, latentDim: 5 })),
  'mixture prior': buildArchitecture([16, 12], custom({ prior: { kind: 'mixture', components: 4 } })),
  'one layer, one filter': buildArchitecture([6, 7], custom({ filters: [1], kernels: [3], strides: [1] })),
  'channels in eights, strides 2 and 1, odd sizes': buildArchitecture(
    [37, 22],
    custom({ filters: [16, 24, 32, 16], kernels: [3, 3, 3, 3], strides: [2, 2, 1, 1] }),
  ),
  // No larger: among very many values one lies so near 0 that ReLU's slope there is a matter of the last digit.
  'channels in eights, strides 1 and 2, batch norm': buildArchitecture(
    [16, 24],
    custom({ filters: [16, 24, 16], kernels: [3, 3, 3], strides: [1, 2, 2], batchNorm: true }),
  ),
  'office in small': buildArchitecture([6, 5], { ...custom({}), preset: 'office' }),
};

interface Run {
  threads: number;
  kernels: KernelKind;
  microBatch: number;
}

async function compare(architecture: Architecture, { threads, kernels, microBatch }: Run): Promise<number> {
  const engine = await Engine.create(architecture, { batch: BATCH, threads, training: true, kernels });
  try {
    const random = new Random(7);
    engine.initialise(random);
    const parameters = engine.parameters();
    // Biases, batch norm and prior away from their start values, so that a mistake there shows.
    for (const [name, { data }] of Object.entries(parameters)) {
      if (/bias|gamma|beta|prior/.test(name)) for (let i = 0; i < data.length; i++) data[i] += 0.2 * random.normal();
    }
    engine.setParameters(parameters);
    const pictures = Float32Array.from({ length: BATCH * engine.elements }, () => random.uniform());
    const noise = new Random(3);
    const epsilon = Float32Array.from({ length: BATCH * architecture.latentDim }, () => noise.normal());
    const expected = oracle(architecture, parameters, pictures, BATCH, epsilon, RL_SCALE, KL_SCALE);

    const again = new Random(3);
    let rl = 0;
    let kl = 0;
    for (let done = 0; done < BATCH; done += microBatch) {
      const count = Math.min(microBatch, BATCH - done);
      engine.input.set(pictures.subarray(done * engine.elements, (done + count) * engine.elements));
      const part = engine.gradients(count, done === 0, RL_SCALE, KL_SCALE, again);
      rl += part.rl;
      kl += part.kl;
    }
    const norm = engine.reduce();
    const gradients = engine.gradientTensors();
    let worst = Math.max(Math.abs(rl / expected.rl - 1), Math.abs(kl - expected.kl) / Math.max(1, expected.kl));
    let squares = 0;
    for (const [name, values] of Object.entries(expected.gradients)) {
      const difference = relativeDifference(gradients[name].data, values);
      assert.ok(difference <= TOLERANCE, `gradient of ${name} differs by ${difference}`);
      worst = Math.max(worst, difference);
      for (const value of values) squares += value * value;
    }
    assert.ok(worst <= TOLERANCE, `losses differ by ${worst}`);
    assert.ok(Math.abs(norm / Math.sqrt(squares) - 1) <= TOLERANCE, `norm ${norm}, expected ${Math.sqrt(squares)}`);
    if (microBatch >= BATCH) {
      const difference = relativeDifference(engine.reconstruction, expected.reconstruction);
      assert.ok(difference <= TOLERANCE, `reconstruction differs by ${difference}`);
    }
    return worst;
  } finally {
    await engine.close();
  }
}

describe('gradients equal tfjs', function () {
  this.timeout(60_000);
  const kinds: KernelKind[] = bestKernels() === 'relaxed' ? ['plain', 'relaxed'] : ['plain'];
  for (const [name, architecture] of Object.entries(networks)) {
    for (const kernels of kinds) {
      it(`${name}, ${kernels} SIMD`, async () => {
        const worst = await compare(architecture, { threads: 1, kernels, microBatch: BATCH });
        console.log(`      largest relative difference ${worst.toExponential(1)}`);
      });
    }
  }
  it('with two and three threads', async () => {
    for (const name of ['strides 2', 'batch norm, strides 2', 'stride 2 on odd sizes', 'strides 1', 'mixture prior']) {
      for (const threads of [2, 3]) await compare(networks[name], { threads, kernels: kinds[0], microBatch: BATCH });
    }
  });
  it('in micro-batches', async () => {
    for (const name of ['strides 2', 'mixture prior']) {
      await compare(networks[name], { threads: 2, kernels: kinds[0], microBatch: 2 });
    }
  });
});
