// How many machines can one Node-RED listen to? Drives a real one with N × (spectrogram → vae-score → threshold), each
// with a model of its own and a segment of 2 s every 2 s, spread over the 2 s as N microphones would:
//   node bench/machines.mjs [--machines 1,10,30,100] [--seconds 30] [--rate 44100] [--explain] [--package DIR] [--json]
// --package: another checkout that is built, to measure in its place. Prints for each N the threads of the process and
// its memory (RSS in MB, the median of the last half; per machine: what each one more takes beside the first of the
// list), the time from a segment to its decision (ms), what of the segments came to none, and the processor's time as a
// part of one core.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { Random } from '../dist/src/stats/random.js';
import { ExampleSpool } from '../dist/src/store/example-spool.js';
import { trainingTask } from '../dist/src/tasks/training.js';
import { NodeRed } from '../scripts/demo/node-red.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: args } = parseArgs({
  options: {
    machines: { type: 'string', default: '1,10,30,100' },
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '44100' },
    explain: { type: 'boolean', default: false },
    package: { type: 'string', default: root },
    json: { type: 'boolean', default: false },
  },
});
const MODULE = '@earshot/node-red-audio-anomaly';
const SEGMENT_SECONDS = 2;
const EXAMPLES = 32;
/** Before the measurement: threads start, weights are read, the compiler warms up. */
const WARM_UP_SECONDS = 10;
/** For what is still on its way at the end. */
const DRAIN_SECONDS = 10;
const rate = Number(args.rate);

const round = value => Math.round(value * 10) / 10;
const median = values => values.sort((a, b) => a - b)[values.length >> 1];

/** One small training; its model is copied for every machine. */
async function trainOnce(folder) {
  const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, sampleRate: rate });
  const random = new Random(1);
  const segment = () => Float32Array.from({ length: SEGMENT_SECONDS * rate }, () => 0.1 * random.normal());
  const examples = Array.from({ length: EXAMPLES }, () => spectrogram.compute(segment()));
  const spool = new ExampleSpool({ folder, exampleLength: examples[0].values.length });
  for (const { values } of examples) await spool.append(values);
  const options = { ...trainingDefaults('compact'), epochs: 1, threads: 1 };
  const settings = { vae: { network: networkDefaults('compact'), options } };
  const order = { spool: spool.descriptor(), frontEnd: examples[0].info, settings, modules: [] };
  const { file } = await trainingTask.start({ ...order, folder, name: 'trained' }).result;
  await spool.discard();
  return file;
}

/** A node that plays N microphones and one that takes the time of decisions; runs in Node-RED's process. */
function benchNodes(RED) {
  const { performance } = require('node:perf_hooks');
  let sink;
  RED.nodes.registerType('bench-decisions', function (config) {
    RED.nodes.createNode(this, config);
    sink = { latencies: [], injected: 0, decided: 0 };
    this.on('input', (msg, _send, done) => {
      if (msg.bench) {
        sink.decided++;
        sink.latencies.push(performance.now() - msg.bench);
      }
      done();
    });
  });
  RED.nodes.registerType('bench-microphones', function (config) {
    RED.nodes.createNode(this, config);
    const { machines, sampleRate, seconds } = config;
    const samples = seconds * sampleRate;
    const noise = Float32Array.from({ length: samples + 1000 }, () => (Math.random() - 0.5) / 5);
    let measuring = false;
    let sequence = 0;
    const inject = machine => {
      const from = Math.floor(Math.random() * 1000);
      const payload = Buffer.from(noise.slice(from, from + samples).buffer);
      const audio = {
        sampleRate,
        samples,
        seconds,
        startedAt: Date.now(),
        source: `microphone ${machine}`,
        sequence,
        overruns: 0,
      };
      const out = Array.from({ length: machines }, () => null);
      out[machine] = { topic: `machine ${machine}`, payload, audio, ...(measuring && { bench: performance.now() }) };
      if (measuring) sink.injected++;
      this.send(out);
    };
    const started = performance.now();
    let next = 0;
    const timer = setInterval(() => {
      const due = ((performance.now() - started) / 1000 / seconds) * machines;
      for (; next < due; next++) {
        sequence = Math.floor(next / machines);
        if (!this.stopped) inject(next % machines);
      }
    }, 5);
    this.on('close', () => clearInterval(timer));
    RED.httpAdmin.post('/bench/:what', (req, res) => {
      if (req.params.what === 'begin') measuring = true;
      if (req.params.what === 'end') this.stopped = true;
      res.json(sink);
    });
  });
}

function writeUserDir(userDir, model, machines) {
  mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
  mkdirSync(join(userDir, 'nodes'));
  symlinkSync(resolve(args.package), join(userDir, 'node_modules', ...MODULE.split('/')));
  writeFileSync(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, dependencies: { [MODULE]: '*' } }),
  );
  writeFileSync(join(userDir, 'nodes', 'bench.js'), `module.exports = ${benchNodes};`);
  const types = ['bench-decisions', 'bench-microphones'];
  const register = type => `RED.nodes.registerType('${type}', { category: 'bench', defaults: {} });`;
  writeFileSync(
    join(userDir, 'nodes', 'bench.html'),
    `<script type="text/javascript">${types.map(register).join('')}</script>`,
  );
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flowOf(userDir, model, machines)));
}

function flowOf(userDir, model, machines) {
  const each = Array.from({ length: machines }, (_, i) => i);
  for (const i of each) {
    mkdirSync(join(userDir, 'audio-models', `machine-${i}`), { recursive: true });
    copyFileSync(model, join(userDir, 'audio-models', `machine-${i}`, 'v0001.safetensors'));
  }
  const z = 'bench';
  const place = { x: 100, y: 100, z };
  return [
    { id: z, type: 'tab', label: 'bench' },
    {
      ...{ id: 'microphones', type: 'bench-microphones', ...place, machines, sampleRate: rate },
      ...{ seconds: SEGMENT_SECONDS, outputs: machines, wires: each.map(i => [`spectrogram-${i}`]) },
    },
    ...each.flatMap(i => [
      { id: `model-${i}`, type: 'audio-model', name: `machine-${i}` },
      { id: `spectrogram-${i}`, type: 'spectrogram', ...place, wires: [[`score-${i}`]] },
      {
        ...{ id: `score-${i}`, type: 'vae-score', ...place, model: `model-${i}`, explain: args.explain },
        wires: [[`threshold-${i}`]],
      },
      { id: `threshold-${i}`, type: 'threshold', ...place, model: `model-${i}`, wires: [['decisions'], ['decisions']] },
    ]),
    { id: 'decisions', type: 'bench-decisions', ...place, wires: [] },
  ];
}

async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

/** Threads, memory (MB) and processor time (s) of a process. */
function vitals(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const processorSeconds = (Number(fields[11]) + Number(fields[12])) / ticks;
  return { threads: number('Threads'), rssMb: number('VmRSS') / 1024, processorSeconds };
}

async function measure(model, machines) {
  const userDir = mkdtempSync(join(tmpdir(), 'earshot-machines-'));
  const seconds = Number(args.seconds);
  writeUserDir(userDir, model, machines);
  const env = { EARSHOT_DEMO_SECRET: 'bench', EARSHOT_DEMO_PORT: String(await freePort()) };
  const nodeRed = new NodeRed({ userDir, port: env.EARSHOT_DEMO_PORT, env });
  const ask = async what => (await fetch(`${nodeRed.url}/bench/${what}`, { method: 'POST' })).json();
  try {
    await nodeRed.ready(MODULE);
    await sleep(WARM_UP_SECONDS * 1000);
    await ask('begin');
    const before = vitals(nodeRed.child.pid);
    const seen = [];
    for (let i = 0; i < seconds; i++) {
      await sleep(1000);
      seen.push(vitals(nodeRed.child.pid));
    }
    await ask('end');
    const after = vitals(nodeRed.child.pid);
    await sleep(DRAIN_SECONDS * 1000);
    const { latencies, injected, decided } = await ask('look');
    const sorted = latencies.sort((a, b) => a - b);
    const part = share => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
    return {
      machines,
      threads: Math.max(...seen.map(({ threads }) => threads)),
      rssMb: round(median(seen.slice(seconds >> 1).map(({ rssMb }) => rssMb))),
      p50Ms: part(0.5),
      p99Ms: part(0.99),
      lost: injected - decided,
      segments: injected,
      cores: round((10 * (after.processorSeconds - before.processorSeconds)) / seconds) / 10,
    };
  } finally {
    await nodeRed.stop();
    rmSync(userDir, { recursive: true, force: true });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'earshot-model-'));
try {
  const model = await trainOnce(folder);
  let first;
  for (const machines of args.machines.split(',').map(Number)) {
    const { rssMb, ...rest } = await measure(model, machines);
    first ??= { machines, rssMb };
    const perMachineMb = machines > first.machines ? round((rssMb - first.rssMb) / (machines - first.machines)) : null;
    const row = { machines, threads: rest.threads, rssMb, perMachineMb, ...rest };
    console.log(args.json ? JSON.stringify(row) : row);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
