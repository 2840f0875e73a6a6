// The one-class dog-bark system on recordings split by fold, beside what saying "never" would score:
//   node bench/one-class.mjs SOUNDS [--seconds 3] [--network mirrored|small] [--epochs 50] [--rl-weight 1e8] [--seed 1]
// SOUNDS holds esc10/CLASS/FOLD-NUMBER-TAKE.wav. A VAE learns the barks of fold 1 with the source's settings; linear and
// ReLU classifiers learn from its rl and kl for all classes of fold 2; both are judged on fold 3, of which nothing has
// been seen. `--network small` has an eighth of the filters and takes a minute instead of many.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAudioFile } from '../dist/src/audio/read-audio-file.js';
import { resample } from '../dist/src/audio/resample.js';
import { segmentStarts, takeSegment } from '../dist/src/audio/segment.js';
import { trainRlKl } from '../dist/src/detectors/rl-kl/rl-kl.js';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { scaleInput } from '../dist/src/detectors/vae/input-scale.js';
import { train } from '../dist/src/detectors/vae/train.js';
import { Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { DEFAULT_SPECTROGRAM } from '../dist/src/dsp/spectrogram-settings.js';
import { evaluateBinary } from '../dist/src/stats/binary-evaluation.js';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '3' },
    network: { type: 'string', default: 'mirrored' },
    epochs: { type: 'string', default: '50' },
    'rl-weight': { type: 'string', default: '1e8' },
    'learning-rate': { type: 'string', default: '0.01' },
    stopping: { type: 'string', default: 'prechelt' },
    seed: { type: 'string', default: '1' },
  },
});
const [sounds] = positionals;
if (!sounds) {
  console.error(
    'usage: node bench/one-class.mjs SOUNDS [--seconds 3] [--network mirrored|small] [--epochs 50] [--rl-weight 1e8] [--seed 1]',
  );
  process.exit(2);
}

const POSITIVE = 'dog_bark';
const RATE = 22_050;
const BATCH = 64;
const root = join(sounds, 'esc10');
const seconds = Number(args.seconds);
const samples = seconds * RATE;
const spectrogram = new Spectrogram({
  ...{ ...DEFAULT_SPECTROGRAM, sampleRate: RATE, fftSize: 2048, hopLength: 512, scale: 'mel', melBands: 128 },
  ...{ frames: 1 + Math.floor(samples / 512), normalize: 'minmax' },
});

/** Pictures of all segments of a class in a fold. Digital silence says nothing of a class and is left out. */
async function picturesOf(label, fold) {
  const names = readdirSync(join(root, label)).filter(name => name.startsWith(`${fold}-`));
  const pictures = [];
  for (const name of names.sort()) {
    const { pcm, sampleRate } = await readAudioFile(join(root, label, name));
    const sound = resample(pcm, sampleRate, RATE);
    for (const start of segmentStarts(sound.length, samples, samples, 'drop')) {
      const segment = takeSegment(sound, start, samples, 'drop');
      if (segment.some(value => value !== 0)) pictures.push({ label, ...spectrogram.compute(segment) });
    }
  }
  return pictures;
}

async function fold(number) {
  const pictures = [];
  for (const label of readdirSync(root).sort()) pictures.push(...(await picturesOf(label, number)));
  return pictures;
}

function network() {
  const mirrored = networkDefaults('mirrored');
  if (args.network === 'mirrored') return mirrored;
  return {
    ...mirrored,
    preset: 'custom',
    filters: mirrored.filters.map(count => Math.max(8, count / 8)),
    latentDim: 32,
  };
}

const barks = await picturesOf(POSITIVE, 1);
const frontEnd = barks[0].info;
const source = {
  count: barks.length,
  exampleLength: barks[0].values.length,
  read: (index, into, offset = 0) => into.set(barks[index].values, offset),
};
const options = {
  ...trainingDefaults('mirrored'),
  ...{ epochs: Number(args.epochs), batchSize: BATCH, learningRate: Number(args['learning-rate']), weightDecay: 5e-4 },
  // The source adds up kl over its batch: the same loss has klWeight 64.
  ...{ rlWeight: Number(args['rl-weight']), klWeight: BATCH, validationSplit: 0.3, earlyStopping: args.stopping },
  ...{ seed: Number(args.seed), threads: availableParallelism() },
};
const started = performance.now();
const trained = await train(
  source,
  frontEnd,
  network(),
  options,
  () => {},
  () => false,
);
const { engine, scale, epochs, evaluation } = trained;
const trainSeconds = (performance.now() - started) / 1000;

/** rl and kl of pictures. */
function score(pictures) {
  const points = [];
  for (let start = 0; start < pictures.length; start += engine.batch) {
    const part = pictures.slice(start, start + engine.batch);
    part.forEach(({ values }, i) => {
      scaleInput(values, frontEnd.shape, scale, engine.input, i * engine.elements);
    });
    engine.score(part.length).forEach(({ rl, kl }, i) => {
      points.push({ rl, kl, label: part[i].label });
    });
  }
  return points;
}

const [learning, test] = [score(await fold(2)), score(await fold(3))];
await engine.close();
const positive = test.map(({ label }) => label === POSITIVE);
const f = value => value.toFixed(3);
console.log(
  `VAE (${args.network}): ${barks.length} barks of ${seconds} s from fold 1, ${epochs} epochs, ${trainSeconds.toFixed(0)} s; held out: rl ${f(evaluation.rl)}, kl ${evaluation.kl.toFixed(1)}`,
);
console.log(
  `classifier: ${learning.length} segments of fold 2; judged on ${test.length} of fold 3, ${positive.filter(Boolean).length} barks`,
);
for (const kind of ['linear', 'relu']) {
  for (const balance of [false, true]) {
    const settings = {
      ...{ kind, hidden: [100, 100], epochs: 1000, learningRate: 1e-3, weightDecay: 1e-5, positiveLabel: POSITIVE },
      ...{ balance, validationSplit: 0, seed: Number(args.seed) },
    };
    const { classifier } = trainRlKl(learning, settings, { onEpoch: () => {}, cancelled: () => false });
    const { accuracy, balancedAccuracy, auc, never } = evaluateBinary(classifier.probabilities(test), positive);
    const name = `${kind}${balance ? ', classes balanced' : ''}`;
    console.log(
      `${name.padEnd(26)} accuracy ${f(accuracy)} (never ${f(never)})  balanced accuracy ${f(balancedAccuracy)} (never 0.500)  AUC ${f(auc)} (chance 0.500)`,
    );
  }
}
