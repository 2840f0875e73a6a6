// Does Node-RED stay free while a model is trained and another scores? Runs the jobs that the nodes run, in this process,
// and watches its event loop:
//   node bench/event-loop.mjs [--model office] [--seconds 40] [--json]
// Prints the event loop's delay (p50, p99, max, ms) at rest and during the work, how long scores took, and the memory of
// the process before, during and after. One segment is scored each second. Then the same of what else nodes leave to
// threads, each done over and over with a minute of sound, and of the export of the model.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { Random } from '../dist/src/stats/random.js';
import { ExampleSpool } from '../dist/src/store/example-spool.js';
import { modelIdOf } from '../dist/src/store/model-id.js';
import { augmentTask } from '../dist/src/tasks/augment.js';
import { exportTask } from '../dist/src/tasks/export.js';
import { featureTask } from '../dist/src/tasks/features.js';
import { ScoringService } from '../dist/src/tasks/scoring-service.js';
import { spectrogramTask } from '../dist/src/tasks/spectrogram.js';
import { trainingTask } from '../dist/src/tasks/training.js';
import { copyInTurns } from '../dist/src/threads/turns.js';

const { values: args } = parseArgs({
  options: {
    model: { type: 'string', default: 'office' },
    seconds: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
  },
});
const SETTINGS = {
  compact: { ...DEFAULT_SPECTROGRAM, sampleRate: 44100 },
  office: { ...DEFAULT_SPECTROGRAM, sampleRate: 44100, scale: 'linear', normalize: 'minmax' },
  mirrored: { ...DEFAULT_SPECTROGRAM, sampleRate: 22050, normalize: 'minmax' },
};
const SEGMENT_SECONDS = 2;
const TRAINING_SEGMENTS = 32;

const spectrogram = new Spectrogram(SETTINGS[args.model]);
const random = new Random(1);
const segment = () =>
  Float32Array.from({ length: SEGMENT_SECONDS * spectrogram.settings.sampleRate }, () => 0.1 * random.normal());
const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'));
const options = { ...trainingDefaults(args.model), threads: Math.max(1, availableParallelism() - 1) };
const network = networkDefaults(args.model);
const round = value => Math.round(value * 10) / 10;
const rssMb = () => round(process.memoryUsage().rss / 2 ** 20);

async function job(name, epochs) {
  const pictures = Array.from({ length: TRAINING_SEGMENTS }, () => spectrogram.compute(segment()));
  const spool = new ExampleSpool({ folder, exampleLength: pictures[0].values.length });
  for (const { values } of pictures) await spool.append(values);
  const task = { spool: spool.descriptor(), frontEnd: pictures[0].info, folder, name, modules: [] };
  const training = trainingTask.start(
    { ...task, settings: { vae: { network, options: { ...options, epochs } } } },
    () => {},
  );
  return { training, spool };
}

/** The event loop over `seconds`, a segment made into a picture and scored each second where a service is given. */
async function watch(seconds, service) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const scored = [];
  let rss = 0;
  delay.enable();
  for (let i = 0; i < seconds; i++) {
    const next = sleep(1000);
    if (service) {
      const started = performance.now();
      const { values, info } = spectrogram.compute(segmentNow);
      scored.push(service.score({ values, info, explain: 'rl' }).then(() => performance.now() - started));
    }
    await next;
    rss = Math.max(rss, rssMb());
  }
  delay.disable();
  // The histogram counts the sleep of 1 ms between looks as well.
  const ms = value => round(value / 1e6 - 1);
  const times = (await Promise.all(scored)).sort((a, b) => a - b);
  return {
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
    ...(service && { scoreMs: round(times[Math.floor(times.length / 2)]), scoreMsMax: round(times.at(-1)) }),
    rssMb: rss,
  };
}

const show = (phase, row) => console.log(args.json ? JSON.stringify({ phase, ...row }) : phase, args.json ? '' : row);

const { sampleRate } = spectrogram.settings;
const minute = Float32Array.from({ length: 60 * sampleRate }, () => 0.1 * random.normal());
const AUGMENTATION = { gainDb: 3, noise: 'pink', snrDb: 30, shiftSeconds: 0.1, speedPercent: 5, maskOctaves: 0.5 };
/** Phase → what is done over and over in it. */
const SHORT_TASKS = {
  'spectrograms of a minute': [spectrogramTask, pcm => ({ settings: { ...spectrogram.settings, frames: 0 }, pcm })],
  'features of a minute': [featureTask, pcm => ({ settings: { sampleRate, blockSeconds: 1, silenceDb: -90 }, pcm })],
  'copies of a minute': [augmentTask, pcm => ({ pcm, sampleRate, settings: AUGMENTATION, seed: 1, copy: 1 })],
};

/** The event loop while one thing is done again and again. */
async function watchRepeated(once) {
  let isOver = false;
  const repeated = (async () => {
    while (!isOver) await once();
  })();
  const row = await watch(5);
  isOver = true;
  await repeated;
  return row;
}

const segmentNow = segment();
const first = await job('first', 1);
const { file } = await first.training.result;
await first.spool.discard();
const service = new ScoringService();
service.use(modelIdOf(file));
await service.score({
  values: spectrogram.compute(segmentNow).values,
  info: spectrogram.compute(segmentNow).info,
  explain: 'rl',
});
await sleep(1000);
show('rest', await watch(5));
show('scoring', await watch(10, service));
const before = rssMb();
const { training, spool } = await job('second', 100_000);
show('training and scoring', await watch(Number(args.seconds), service));
await training.cancel();
await spool.discard();
await service.close();
for (const [phase, [task, orderOf]] of Object.entries(SHORT_TASKS)) {
  const lane = task.lane();
  const once = async () => {
    const pcm = await copyInTurns(minute);
    await lane.ask(() => ({ order: orderOf(pcm), transfer: [pcm.buffer] }));
  };
  show(phase, await watchRepeated(once));
  lane.close();
}
const exported = { model: file, format: 'tflite', file: join(folder, 'model.tflite') };
show('export', await watchRepeated(() => exportTask.start(exported, () => {}).result));
await sleep(3000);
show('after', { rssMbBefore: before, rssMbAfter: rssMb() });
rmSync(folder, { recursive: true, force: true });
