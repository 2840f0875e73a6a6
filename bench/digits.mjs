// Whether spoken digits survive the model, and whether those it makes up are like the real ones:
//   node bench/digits.mjs SOUNDS_FOLDER [--epochs N] [--seed N] [--keep FOLDER]
// SOUNDS_FOLDER/fsdd holds the Free Spoken Digit Dataset, DIGIT_SPEAKER_TAKE.wav; takes from 10 on are never trained on.
// Spectrogram, networks and trainings are those of the example flow, read from its file. For the standard VAE and for
// the one with a mixture prior it prints
// - what part of the unseen digits a small classifier, trained on the real ones, recognises: as recorded, and as sound
//   of the model's reconstruction. At least 80 % of the former is asked for;
// - what part of made-up sounds, turned into spectrograms and scored again, stays within the 99th percentile of the
//   model's own scores. At least 95 % is asked for.
// Exits with 1 where one of these is missed. --keep writes the sounds as WAV files.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readTraining } from '../dist/nodes/vae-train/vae-train-config.js';
import { readAudioFile } from '../dist/src/audio/read-audio-file.js';
import { encodeWav } from '../dist/src/audio/wav-write.js';
import { draw } from '../dist/src/detectors/vae/drawing.js';
import { scaleInput } from '../dist/src/detectors/vae/input-scale.js';
import { train } from '../dist/src/detectors/vae/train.js';
import { MeanRange } from '../dist/src/dsp/decibel-range.js';
import { Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { invertSpectrogram } from '../dist/src/dsp/spectrogram-inverse.js';
import { describeScores, percentileOf } from '../dist/src/stats/distribution.js';
import { Random } from '../dist/src/stats/random.js';
import { DigitClassifier } from './digit-classifier.mjs';

const LEAST_RECOGNISED = 0.8;
const LEAST_INSIDE = 0.95;
const PERCENTILE = 99;
const MADE_UP = 200;
const SAMPLE_RATE = 8000;
const FIRST_UNSEEN_TAKE = 10;
const ITERATIONS = 32;
/** The example has 60 digits and passes over them more often: 1400 updates, here 5400. */
const EPOCHS = '120';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: EPOCHS },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  console.error('usage: node bench/digits.mjs SOUNDS_FOLDER [--epochs N] [--seed N] [--keep FOLDER]');
  process.exit(2);
}

const examples = new URL('../examples/', import.meta.url);
const exampleName = readdirSync(examples).find(name => name.startsWith('26 '));
const example = JSON.parse(readFileSync(new URL(encodeURIComponent(exampleName), examples), 'utf8'));
const settings = { ...example.find(({ type }) => type === 'spectrogram'), sampleRate: SAMPLE_RATE };
const trainers = example.filter(({ type }) => type === 'vae-train');

const percent = part => `${(100 * part).toFixed(1)} %`;
const part = (things, fits) => things.filter(fits).length / things.length;

async function recordings(folder) {
  const found = [];
  for (const name of readdirSync(folder).sort()) {
    const [, digit, take] = /^(\d)_\w+_(\d+)\.wav$/.exec(name) ?? [];
    if (digit === undefined) continue;
    const { pcm } = await readAudioFile(join(folder, name));
    found.push({ name, digit: Number(digit), seen: Number(take) < FIRST_UNSEEN_TAKE, pcm });
  }
  return found;
}

/** A trained model and what can be done with it. */
class DigitModel {
  static async train(trainer, digits, spectrogram) {
    const { network, options } = readTraining({ ...trainer, epochs: args.epochs });
    const pictures = digits.map(({ pcm }) => spectrogram.compute(pcm));
    const range = new MeanRange();
    for (const { info } of pictures) range.add(info);
    const frontEnd = { ...pictures[0].info, ...range.mean() };
    const source = {
      count: pictures.length,
      exampleLength: pictures[0].values.length,
      read: (index, into, offset = 0) => into.set(pictures[index].values, offset),
    };
    const trained = await train(
      source,
      frontEnd,
      network,
      { ...options, seed: Number(args.seed), threads: 1 },
      () => {},
      () => false,
    );
    return new DigitModel(trained, frontEnd, spectrogram);
  }

  constructor(trained, frontEnd, spectrogram) {
    this.trained = trained;
    this.frontEnd = frontEnd;
    this.spectrogram = spectrogram;
    this.phases = new Random(1);
  }

  /** The sound of what the model draws of one. */
  reconstruct(pcm) {
    const { values, info } = this.spectrogram.compute(pcm);
    const [drawing] = this.draw({ mode: 'reconstruct', picture: values });
    return this.sound(drawing, info, pcm.length);
  }

  makeUp(count) {
    return this.draw({ mode: 'prior', count, seed: Number(args.seed) }).map(drawing =>
      this.sound(drawing, this.frontEnd),
    );
  }

  /** Reconstruction loss of a sound. */
  score(pcm) {
    const { engine, scale } = this.trained;
    scaleInput(this.spectrogram.compute(pcm).values, this.frontEnd.shape, scale, engine.input);
    return engine.score(1)[0].rl;
  }

  draw(request) {
    const { engine, scale } = this.trained;
    return draw(request, engine, { frontEnd: this.frontEnd, scale });
  }

  sound({ picture, min, max }, info, samples) {
    const phases = { kind: 'griffin-lim', iterations: ITERATIONS, random: this.phases };
    const columns = { samples: samples ?? (this.trained.scale.frames - 1) * info.hopLength };
    return invertSpectrogram(picture, { ...info, min, max }, { phases, ...columns }).pcm;
  }
}

function keep(title, sounds) {
  if (!args.keep) return;
  const folder = join(args.keep, title);
  mkdirSync(folder, { recursive: true });
  for (const { name, pcm } of sounds) writeFileSync(join(folder, name), encodeWav(pcm, SAMPLE_RATE));
}

/** @returns whether both demands are met */
async function judge(trainer, digits, classifier) {
  const seen = digits.filter(digit => digit.seen);
  const unseen = digits.filter(digit => !digit.seen);
  const model = await DigitModel.train(trainer, seen, new Spectrogram(settings));
  const { epochs, rl, kl, seconds, latentUse, mixture, scores, engine } = model.trained;
  const live = mixture ? `, ${mixture.live} of ${mixture.components} components live` : '';
  console.log(`\n${trainer.name}`);
  console.log(`  ${epochs} epochs in ${seconds.toFixed(0)} s: rl ${rl.toFixed(5)}, kl ${kl.toFixed(1)}${live}`);
  console.log(`  ${latentUse.active} of ${latentUse.dimensions} latent values tell digits apart`);

  const recognised = (those, sounds) => {
    const heard = classifier.hear(sounds);
    return part(those, ({ digit }, i) => heard[i] === digit);
  };
  const originals = recognised(
    unseen,
    unseen.map(({ pcm }) => pcm),
  );
  const redrawn = (those, title) => {
    const sounds = those.map(({ name, pcm }) => ({ name, pcm: model.reconstruct(pcm) }));
    keep(`${trainer.name} - ${title}`, sounds);
    return recognised(
      those,
      sounds.map(({ pcm }) => pcm),
    );
  };
  const ofUnseen = redrawn(unseen, 'unseen');
  // As many of the seen ones.
  const ofSeen = redrawn(
    seen.filter((_, i) => i % Math.round(seen.length / unseen.length) === 0),
    'seen',
  );
  const ratio = ofUnseen / originals;
  console.log(`  unseen digits recognised: ${percent(originals)} as recorded, ${percent(ofUnseen)} reconstructed`);
  console.log(`    ${percent(ratio)} of it (at least ${percent(LEAST_RECOGNISED)}); seen digits ${percent(ofSeen)}`);

  const limit = percentileOf(describeScores(scores.rl), PERCENTILE);
  const madeUp = model.makeUp(MADE_UP);
  keep(
    `${trainer.name} - made up`,
    madeUp.map((pcm, i) => ({ name: `${i}.wav`, pcm })),
  );
  const inside = part(madeUp, pcm => model.score(pcm) <= limit);
  console.log(`  made-up sounds within the ${PERCENTILE}th percentile ${limit.toFixed(5)}: ${percent(inside)}`);
  const heard = classifier.hear(madeUp);
  const counts = Array.from({ length: 10 }, (_, digit) => heard.filter(one => one === digit).length);
  console.log(`    (at least ${percent(LEAST_INSIDE)}); heard as 0 to 9: ${counts.join(' ')}`);
  await engine.close();
  return ratio >= LEAST_RECOGNISED && inside >= LEAST_INSIDE;
}

const digits = await recordings(join(positionals[0], 'fsdd'));
const seen = digits.filter(digit => digit.seen);
console.log(`${seen.length} digits to learn from, ${digits.length - seen.length} unseen`);
const classifier = new DigitClassifier(seen, SAMPLE_RATE);
let missed = 0;
for (const trainer of trainers) if (!(await judge(trainer, digits, classifier))) missed++;
process.exit(missed > 0 ? 1 : 0);
