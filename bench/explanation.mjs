// How long the picture of an alarm takes to draw, in a thread of the pool and behind whatever is to be scored, beside the
// spectrogram that every segment costs anyway:
//   node bench/explanation.mjs [--rounds 40] [--json]
// Prints the processor's time in ms, the median over the rounds, which take turns; for the preset's picture sizes.
import { parseArgs } from 'node:util';
import { explanationPicture } from '../dist/src/charts/heatmap.js';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '../dist/src/dsp/spectrogram.js';

const { values: args } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, json: { type: 'boolean', default: false } },
});
const SETTINGS = {
  compact: { ...DEFAULT_SPECTROGRAM, sampleRate: 44100 },
  office: { ...DEFAULT_SPECTROGRAM, sampleRate: 44100, scale: 'linear' },
};
const SECONDS = 2;

const median = values => values.sort((a, b) => a - b)[values.length >> 1];

function processorMs(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for (const [model, settings] of Object.entries(SETTINGS)) {
  const { sampleRate } = settings;
  const pcm = Float32Array.from({ length: SECONDS * sampleRate }, (_, i) => Math.sin(i * i * 1e-6) / 2);
  const spectrogram = new Spectrogram(settings);
  const { values, info } = spectrogram.compute(pcm);
  const error = values.map(value => (value / 800) ** 2);
  const audio = { sampleRate, samples: pcm.length, seconds: SECONDS, startedAt: 0, source: 'bench', sequence: 0 };
  const times = { picture: [], spectrogram: [] };
  for (let round = 0; round < Number(args.rounds); round++) {
    times.spectrogram.push(processorMs(() => spectrogram.compute(pcm)));
    times.picture.push(processorMs(() => explanationPicture(values, error, info, audio)));
  }
  const result = {
    model,
    shape: info.shape.join('×'),
    pictureMs: median(times.picture),
    spectrogramMs: median(times.spectrogram),
  };
  result.ratio = result.pictureMs / result.spectrogramMs;
  console.log(args.json ? JSON.stringify(result) : result);
}
