// How well anomalies are found with default settings, on recordings of your own or of others:
//   node bench/detect.mjs --sounds DIR --tasks FILE [--json] [--task NAME] [--seed N]
// FILE is a JSON list of {name, kind: 'one-class', require, atLeast, train, normal, anomaly, segmentSeconds} with paths
// below DIR. Per task the default spectrogram, network and training are run through the code that the nodes call; the
// score of a file is the mean of its segments' reconstruction errors. Prints AUC and partial AUC (false-positive rate
// ≤ 0.1, standardised, 0.5 is chance). Exits with 1 where a required task stays below its `atLeast`.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAudioFile } from '../dist/src/audio/read-audio-file.js';
import { segmentStarts, takeSegment } from '../dist/src/audio/segment.js';
import { networkDefaults, trainingDefaults } from '../dist/src/detectors/vae/defaults.js';
import { scaleInput } from '../dist/src/detectors/vae/input-scale.js';
import { train } from '../dist/src/detectors/vae/train.js';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { auc, partialAuc } from '../dist/src/stats/roc.js';

const { values: args } = parseArgs({
  options: {
    sounds: { type: 'string' },
    tasks: { type: 'string' },
    task: { type: 'string' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (!args.sounds || !args.tasks) {
  console.error(
    'usage: node bench/detect.mjs --sounds DIR --tasks FILE [--json] [--task NAME] [--seed N] [--epochs N]',
  );
  process.exit(2);
}

const MAX_FALSE_POSITIVE_RATE = 0.1;

/** Spectrograms of all segments of one file. */
async function picturesOf(file, segmentSeconds) {
  const { pcm, sampleRate } = await readAudioFile(join(args.sounds, file));
  const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, sampleRate });
  const segment = Math.round(segmentSeconds * sampleRate);
  return segmentStarts(pcm.length, segment, segment, 'drop').map(start =>
    spectrogram.compute(takeSegment(pcm, start, segment, 'drop')),
  );
}

async function runTask(task) {
  const started = performance.now();
  const training = (await Promise.all(task.train.map(file => picturesOf(file, task.segmentSeconds)))).flat();
  const frontEnd = training[0].info;
  const source = {
    count: training.length,
    exampleLength: training[0].values.length,
    read: (index, into, offset = 0) => into.set(training[index].values, offset),
  };
  const options = { ...trainingDefaults('compact'), seed: Number(args.seed), threads: availableParallelism() };
  if (args.epochs) options.epochs = Number(args.epochs);
  const { engine, scale } = await train(
    source,
    frontEnd,
    networkDefaults('compact'),
    options,
    () => {},
    () => false,
  );

  const batch = engine.batch;
  const scoreFile = async file => {
    const pictures = await picturesOf(file, task.segmentSeconds);
    let sum = 0;
    for (let start = 0; start < pictures.length; start += batch) {
      const part = pictures.slice(start, start + batch);
      part.forEach(({ values }, i) => {
        scaleInput(values, frontEnd.shape, scale, engine.input, i * engine.elements);
      });
      for (const { rl } of engine.score(part.length)) sum += rl;
    }
    return sum / pictures.length;
  };
  const scores = async files => {
    const result = [];
    for (const file of files) result.push(await scoreFile(file));
    return result;
  };
  const normal = await scores(task.normal);
  const anomaly = await scores(task.anomaly);
  await engine.close();
  return {
    task: task.name,
    auc: round(auc(normal, anomaly)),
    pauc: round(partialAuc(normal, anomaly, MAX_FALSE_POSITIVE_RATE)),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    segments: training.length,
  };
}

const round = value => Math.round(value * 1000) / 1000;

const tasks = JSON.parse(readFileSync(args.tasks, 'utf8')).filter(
  task => task.kind === 'one-class' && (!args.task || args.task.split(',').includes(task.name)),
);
let missed = 0;
for (const task of tasks) {
  const result = await runTask(task);
  const reached = !task.require || result.auc >= task.atLeast;
  if (!reached) missed++;
  if (args.json) console.log(JSON.stringify(result));
  else {
    const wanted = task.require ? ` (at least ${task.atLeast}: ${reached ? 'reached' : 'MISSED'})` : '';
    console.log(
      `${result.task.padEnd(28)} AUC ${result.auc.toFixed(3)}  pAUC ${result.pauc.toFixed(3)}  ${result.seconds} s${wanted}`,
    );
  }
}
process.exit(missed > 0 ? 1 : 0);
