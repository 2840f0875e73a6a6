// How fast networks train and score beside PyTorch on the same cores, or beside another build of the engine:
//   node bench/engine.mjs [--json] [--rounds N] [--threads 1,2] [--models compact,office,mirrored] [--isa]
//                         [--beside DIR] [--trainings [--epochs N]]
// Both run in processes of their own and take turns, a round each; figures are medians over the rounds, wall time and
// processor time of all threads: other work on the machine moves the wall by half. PyTorch is that of the python3 on
// the path or in /usr/bin (Debian: python3-torch), with OMP_WAIT_POLICY=PASSIVE; without it ours stands alone. --beside
// takes another build in its place: DIR is its folder with engine.js. --isa also compares with PyTorch held to SSE,
// whose vectors are as wide as ours and as a Raspberry Pi's. --trainings times whole trainings of presets instead, epoch
// by epoch in turn (or only the first N epochs of them). PyTorch wants a BLAS of its own kind beside it (Debian:
// libopenblas0): with the reference one its transposed convolutions take five times as long.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { buildArchitecture } from '../dist/src/engine/architecture.js';

const here = dirname(fileURLToPath(import.meta.url));
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    isa: { type: 'boolean', default: false },
    beside: { type: 'string' },
    trainings: { type: 'boolean', default: false },
    epochs: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '1,2' },
    models: { type: 'string', default: 'compact,office,mirrored' },
  },
});

/** Inputs and batches that the presets are timed with. */
const MODELS = {
  compact: { input: [128, 128], batch: 32 },
  office: { input: [513, 128], batch: 8 },
  mirrored: { input: [128, 128], batch: 16 },
};
const SSE = {
  name: 'SSE41',
  env: { ONEDNN_MAX_CPU_ISA: 'SSE41', ATEN_CPU_CAPABILITY: 'default', OPENBLAS_CORETYPE: 'Nehalem' },
};

const ENGINE = join(here, '..', 'dist', 'src', 'engine');
const python = args.beside
  ? undefined
  : ['python3', '/usr/bin/python3'].find(bin => spawnSync(bin, ['-c', 'import torch']).status === 0);

/** A process that answers one line of JSON to each. */
class Peer {
  constructor(command, commandArgs, env = {}) {
    this.process = spawn(command, commandArgs, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ask(cmd, segments) {
    this.process.stdin.write(`${JSON.stringify({ cmd, segments })}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnargs.join(' ').slice(0, 80)} ended early`);
    return JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
  }
}

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = value => (value === undefined ? undefined : Math.round(value * 100) / 100);

/** What the figures of the other one are called. */
const OTHER = args.beside ? 'other' : 'torch';

/** Ours and PyTorch's (or another build's), ready to be asked. */
function peersFor(model, batch, threads, isa) {
  const { input } = MODELS[model];
  const architecture = buildArchitecture(input, networkDefaults(model));
  const { rlWeight } = trainingDefaults(model);
  const settings = engine => JSON.stringify({ engine, architecture, batch, threads, rlWeight });
  const build = engine => new Peer(process.execPath, [join(here, 'engine-ours.mjs'), settings(engine)]);
  const env = { OMP_WAIT_POLICY: 'PASSIVE', OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, ...isa?.env };
  const torch = python && new Peer(python, [join(here, 'engine-peer.py'), settings()], env);
  return [build(ENGINE), args.beside ? build(resolve(args.beside)) : torch].filter(Boolean);
}

/** Whole trainings: segments and epochs of the presets. */
const TRAININGS = {
  compact: { segments: 600, epochs: 50, batch: 16 },
  office: { segments: 150, epochs: 20, batch: 32 },
};

/** `stepMs` and, of the other one, `torchStepMs` or `otherStepMs`. */
const named = (name, [ours, other]) => ({
  [name]: round(ours),
  ...(other !== undefined && { [OTHER + name[0].toUpperCase() + name.slice(1)]: round(other) }),
});
const ratio = (name, [ours, other]) => (other === undefined ? {} : { [name]: round(ours / other) });

async function compareTrainings(model, threads) {
  const { segments, batch, ...preset } = TRAININGS[model];
  const epochs = Number(args.epochs ?? preset.epochs);
  const peers = peersFor(model, batch, threads);
  const seconds = peers.map(() => 0);
  const cpuSeconds = peers.map(() => 0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [k, peer] of peers.entries()) {
      const { ms, cpuMs } = await peer.ask('epoch', segments);
      seconds[k] += ms / 1000;
      cpuSeconds[k] += cpuMs / 1000;
    }
  }
  const rss = await memoryOf(peers);
  for (const peer of peers) peer.end();
  return {
    ...{ model, segments, epochs, batch, threads },
    ...{ ...named('seconds', seconds), ...ratio('ratio', seconds) },
    ...{ ...named('cpuSeconds', cpuSeconds), ...ratio('cpuRatio', cpuSeconds) },
    ...named('rssMb', rss),
  };
}

async function memoryOf(peers) {
  const megabytes = [];
  for (const peer of peers) megabytes.push((await peer.ask('rss')).mb);
  return megabytes;
}

/** Medians of each peer's rounds: wall and processor time. */
async function times(peers, cmd) {
  const rounds = peers.map(() => []);
  // The first rounds warm both up: runtimes compile what is called often anew.
  const warmUp = cmd === 'step' ? 1 : 10;
  for (let i = 0; i < warmUp + Number(args.rounds); i++) {
    for (const [k, peer] of peers.entries()) {
      const round = await peer.ask(cmd);
      if (i >= warmUp) rounds[k].push(round);
    }
  }
  return {
    ms: rounds.map(list => median(list.map(({ ms }) => ms))),
    cpuMs: rounds.map(list => median(list.map(({ cpuMs }) => cpuMs))),
  };
}

async function compare(model, threads, isa) {
  const { batch } = MODELS[model];
  const peers = peersFor(model, batch, threads, isa);
  const step = await times(peers, 'step');
  const rss = await memoryOf(peers);
  const infer = await times(peers, 'infer');
  for (const peer of peers) peer.end();
  return {
    ...{ model, batch, threads },
    ...{ ...named('stepMs', step.ms), ...ratio('ratio', step.ms) },
    ...{ ...named('stepCpuMs', step.cpuMs), ...ratio('cpuRatio', step.cpuMs) },
    ...{ ...named('inferMs', infer.ms), ...named('inferCpuMs', infer.cpuMs) },
    ...named('rssMb', rss),
    ...(isa && { torchIsa: isa.name }),
  };
}

function print(row) {
  const entries = Object.entries(row).flatMap(([k, v]) => (v === undefined ? [] : [`${k} ${v}`]));
  console.log(args.json ? JSON.stringify(row) : entries.join('  '));
}

if (!python && !args.beside) console.error('python3 with torch was not found: ours stands alone.');
const models = args.models.split(',').filter(model => !args.trainings || model in TRAININGS);
for (const model of models) {
  for (const threads of args.threads.split(',').map(Number)) {
    if (args.trainings) {
      print(await compareTrainings(model, threads));
      continue;
    }
    for (const isa of args.isa && python ? [undefined, SSE] : [undefined]) print(await compare(model, threads, isa));
  }
}
