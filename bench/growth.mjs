// How cost grows: prints the tables of docs/performance.md.
//   node bench/growth.mjs [--json] [--rounds N] [--sets 150,1500,15000]
// Whole trainings of one epoch, spooled beyond 64 MB, with the memory of the process; then the time of one training step
// of the compact network (128×128 pictures, batch 32, one thread) with one thing changed at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { buildArchitecture } from '../dist/src/engine/architecture.js';
import { Engine } from '../dist/src/engine/engine.js';
import { Random } from '../dist/src/stats/random.js';
import { ExampleSpool } from '../dist/src/store/example-spool.js';
import { trainingTask } from '../dist/src/tasks/training.js';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    sets: { type: 'string', default: '150,1500,15000' },
  },
});
const random = new Random(1);
const round = value => Math.round(value * 10) / 10;
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const print = row =>
  console.log(
    args.json
      ? JSON.stringify(row)
      : Object.entries(row)
          .map(([key, value]) => `${key} ${value}`)
          .join('  '),
  );

const BASE = { input: [128, 128], batch: 32, threads: 1, filters: [16, 32, 64, 64] };
const CASES = [
  {},
  ...[1, 4, 8, 16, 64].map(batch => ({ batch })),
  ...[
    [64, 64],
    [128, 32],
    [128, 256],
    [256, 256],
    [513, 128],
  ].map(input => ({ input })),
  ...[
    [8, 16, 32, 32],
    [32, 64, 128, 128],
  ].map(filters => ({ filters })),
  ...[2, 3, 4].map(threads => ({ threads })),
];

async function stepTimes() {
  const runs = [];
  for (const change of CASES) {
    const { input, batch, threads, filters } = { ...BASE, ...change };
    const network = { ...networkDefaults('compact'), preset: 'custom', filters };
    const engine = await Engine.create(buildArchitecture(input, network), { batch, threads, training: true });
    engine.initialise(random);
    for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.uniform();
    runs.push({ change, engine, batch, times: [] });
  }
  // Turn by turn, so that other work on the machine hits all alike.
  for (let i = 0; i <= Number(args.rounds); i++) {
    for (const { engine, batch, times } of runs) {
      const started = performance.now();
      engine.gradients(batch, true, 1 / batch, 1 / batch, random);
      engine.reduce();
      engine.update(1e-3, 1);
      if (i > 0) times.push(performance.now() - started);
    }
  }
  const base = median(runs[0].times);
  for (const { change, engine, batch, times } of runs) {
    const stepMs = median(times);
    const what = Object.entries(change).map(([key, value]) => `${key} ${[value].flat().join('-')}`)[0] ?? 'base';
    const memoryMb = round(engine.plan.bytes / 2 ** 20);
    print({ what, stepMs: round(stepMs), toBase: round(stepMs / base), msPerPicture: round(stepMs / batch), memoryMb });
    await engine.close();
  }
}

async function wholeTrainings() {
  for (const segments of args.sets.split(',').map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'));
    const frontEnd = {
      ...{ shape: [128, 128], sampleRate: 44100, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' },
      ...{ fMin: 0, fMax: 22050, normalize: 'model' },
    };
    const spool = new ExampleSpool({ folder, exampleLength: 128 * 128 });
    const picture = new Float32Array(128 * 128);
    for (let i = 0; i < segments; i++) {
      for (let j = 0; j < picture.length; j++) picture[j] = -60 + 20 * random.uniform();
      await spool.append(picture);
    }
    let rssMb = 0;
    const watch = setInterval(() => {
      rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
    }, 100);
    const options = { ...trainingDefaults('compact'), epochs: 1, threads: 1 };
    const task = {
      spool: spool.descriptor(),
      frontEnd,
      settings: { vae: { network: networkDefaults('compact'), options } },
      modules: [],
      folder,
      name: 'm',
    };
    const started = performance.now();
    await trainingTask.start(task, () => {}).result;
    const seconds = (performance.now() - started) / 1000;
    clearInterval(watch);
    await spool.discard();
    rmSync(folder, { recursive: true, force: true });
    print({
      segments,
      secondsPerEpoch: round(seconds),
      msPerSegment: round((1000 * seconds) / segments),
      rssMb: round(rssMb),
    });
  }
}

// Whole trainings first: the memory of the process is then theirs alone.
await wholeTrainings();
await stepTimes();
