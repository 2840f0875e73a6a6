// Checksums of what small networks have learnt after some steps, one line each: rebuilding the engine must not change a
// bit. Prints them for the build of this checkout, or of another one, to be compared:
//   node bench/engine-weights.mjs [--engine DIR]   (the folder of the other build that holds engine.js)
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../dist/src/stats/random.js';

const { values: args } = parseArgs({
  options: { engine: { type: 'string', default: join(import.meta.dirname, '..', 'dist', 'src', 'engine') } },
});
const load = file => import(join(resolve(args.engine), file));
const { Engine } = await load('engine.js');
const { buildArchitecture } = await load('architecture.js');

const small = {
  ...{ preset: 'custom', filters: [8, 12], kernels: [3, 3], strides: [2, 2] },
  ...{ latentDim: 3, batchNorm: false, variational: true },
};
const eights = { filters: [16, 24, 32, 16], kernels: [3, 3, 3, 3] };
const NETWORKS = {
  'strides 2': [[16, 12], {}],
  'strides 1': [[9, 11], { strides: [1, 1] }],
  'odd sizes': [[17, 13], { filters: [5, 10, 7], kernels: [3, 3, 3], strides: [2, 2, 2] }],
  'strides wider than the kernels': [[19, 14], { kernels: [2, 1], strides: [3, 2] }],
  'batch norm': [[16, 12], { batchNorm: true }],
  'batch norm, strides 1': [[8, 10], { batchNorm: true, strides: [1, 1], filters: [6, 9] }],
  'plain autoencoder': [[16, 12], { variational: false, latentDim: 5 }],
  'mixture prior': [[16, 12], { prior: { kind: 'mixture', components: 4 } }],
  'one filter': [[6, 7], { filters: [1], kernels: [3], strides: [1] }],
  'channels in eights': [[37, 22], { ...eights, strides: [2, 2, 1, 1] }],
  'channels in eights, batch norm': [[16, 24], { ...eights, strides: [1, 2, 2, 1], batchNorm: true }],
  office: [[20, 15], { preset: 'office' }],
};
const BATCH = 5;
const STEPS = 6;
/** Threads, SIMD, and how many examples go through at once. */
const RUNS = [
  [1, 'plain', BATCH],
  [1, 'relaxed', BATCH],
  [2, 'plain', BATCH],
  [3, 'plain', 2],
];

/** One step of training, in micro-batches. */
function step(engine, random, atOnce) {
  for (let done = 0; done < BATCH; done += atOnce) {
    const count = Math.min(atOnce, BATCH - done);
    engine.input.forEach((_, i, input) => {
      input[i] = random.uniform();
    });
    engine.gradients(count, done === 0, 0.4, 0.05, random);
  }
  engine.reduce();
  engine.update(1e-2, 0.9, 1e-3);
}

async function checksum(architecture, [threads, kernels, atOnce]) {
  const engine = await Engine.create(architecture, { batch: atOnce, threads, training: true, kernels });
  const random = new Random(5);
  engine.initialise(random);
  // Setting parameters starts the prior's mixture, if there is one.
  const parameters = engine.parameters();
  for (const [name, { data }] of Object.entries(parameters)) {
    if (name.startsWith('prior')) for (let i = 0; i < data.length; i++) data[i] += 0.2 * random.normal();
  }
  engine.setParameters(parameters);
  for (let i = 0; i < STEPS; i++) step(engine, random, atOnce);
  const hash = createHash('sha256');
  for (const { data } of Object.values(engine.parameters())) hash.update(data);
  for (const { rl, kl, latent, logVariance } of engine.score(Math.min(atOnce, 2))) {
    hash.update(Float64Array.of(rl, kl, ...latent, ...logVariance));
  }
  engine.decode(Float32Array.from({ length: architecture.latentDim }, (_, i) => i / 4 - 0.3));
  hash.update(engine.reconstruction);
  await engine.close();
  return hash.digest('hex').slice(0, 16);
}

for (const [name, [input, rest]] of Object.entries(NETWORKS)) {
  const architecture = buildArchitecture(input, { ...small, ...rest });
  for (const run of RUNS) {
    console.log(await checksum(architecture, run), `${name}: ${run[0]} threads, ${run[1]}, ${run[2]} at once`);
  }
}
