// Checksums of what the package computes, one line each: `node test/arm64/values.mjs SOUNDS FIXTURES` prints the same on
// every processor. SOUNDS holds the sounds of the examples, FIXTURES sound files of all kinds.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAudioFile } from '../../dist/src/audio/read-audio-file.js';
import { resample } from '../../dist/src/audio/resample.js';
import { takeSegment } from '../../dist/src/audio/segment.js';
import { networkDefaults, trainingDefaults } from '../../dist/src/detectors/vae/defaults.js';
import { train } from '../../dist/src/detectors/vae/train.js';
import { augment } from '../../dist/src/dsp/augment.js';
import { FeatureExtractor } from '../../dist/src/dsp/features.js';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '../../dist/src/dsp/spectrogram.js';
import { invertSpectrogram } from '../../dist/src/dsp/spectrogram-inverse.js';
import { Random } from '../../dist/src/stats/random.js';

const [sounds, fixtures] = process.argv.slice(2);

const print = (name, ...arrays) => {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  console.log(hash.digest('hex').slice(0, 16), name);
};

for (const file of readdirSync(fixtures).filter(name => /\.(wav|flac|mp3|ogg|oga|opus)$/.test(name))) {
  const { pcm } = await readAudioFile(join(fixtures, file));
  print(`read ${file}`, pcm);
}

const motor = join(sounds, 'motor');
const [first] = readdirSync(motor, { recursive: true })
  .filter(name => name.endsWith('.flac'))
  .sort();
const { pcm, sampleRate } = await readAudioFile(join(motor, first));
const second = index => takeSegment(pcm, (index * sampleRate) / 4, sampleRate, 'drop');

for (const rate of [16_000, 44_100, 48_000]) print(`resample to ${rate} Hz`, resample(second(0), sampleRate, rate));

const SPECTROGRAMS = {
  default: {},
  'mel, of 0 to 1': { scale: 'mel', normalize: 'minmax' },
  'linear, up to full scale': { scale: 'linear', normalize: 'range' },
  'linear, 1000 to 3000 Hz': { scale: 'linear', fMin: 1000, fMax: 3000 },
};
for (const [name, settings] of Object.entries(SPECTROGRAMS)) {
  const { values, info } = new Spectrogram({ ...DEFAULT_SPECTROGRAM, ...settings, sampleRate }).compute(second(0));
  print(`spectrogram, ${name}`, values, JSON.stringify(info));
}

const shaken = { gainDb: 6, noise: 'pink', snrDb: 20, shiftSeconds: 0.2, speedPercent: 5, maskOctaves: 0.5 };
print('augmentation', augment(second(0), sampleRate, shaken, new Random(7)).pcm);

const features = new FeatureExtractor({ sampleRate, blockSeconds: 0.5, silenceDb: -100 });
// Sines and powers differ in the last bit of a double from processor to processor; spectrograms are rounded to single.
const single = block => Float32Array.from(Object.values(block));
print('features, in single precision', ...features.blocksOf(second(0)).map(single));

const ranged = new Spectrogram({ ...DEFAULT_SPECTROGRAM, normalize: 'range', sampleRate }).compute(second(0));
const phases = { kind: 'griffin-lim', iterations: 4, seed: 3 };
print('sound of a spectrogram', invertSpectrogram(ranged.values, ranged.info, { phases }).pcm);

const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, melBands: 32, sampleRate });
const examples = Array.from({ length: 4 * Math.floor(pcm.length / sampleRate) - 4 }, (_, i) =>
  spectrogram.compute(second(i)),
);
const source = {
  count: examples.length,
  exampleLength: examples[0].values.length,
  read: (index, into, offset = 0) => into.set(examples[index].values, offset),
};
const options = { ...trainingDefaults('compact'), epochs: 3, threads: 2 };
const trained = await train(
  source,
  examples[0].info,
  networkDefaults('compact'),
  options,
  () => {},
  () => false,
);
print('training', ...Object.values(trained.engine.parameters()).map(({ data }) => data));
await trained.engine.close();
