// A small listener for bench/digits.mjs: a dense network on log-mel pictures of 24 bands × 16 stretches of time.
import { Spectrogram } from '../dist/src/dsp/spectrogram.js';
import { Mlp } from '../dist/src/stats/mlp.js';
import { trainMlp } from '../dist/src/stats/mlp-train.js';
import { Random } from '../dist/src/stats/random.js';
import { learnZNorm, zNormalised } from '../dist/src/stats/z-norm.js';

const BANDS = 24;
const STRETCHES = 16;
const DIGITS = 10;
const SETTINGS = {
  ...{ fftSize: 256, hopLength: 80, window: 'hann', scale: 'mel', melBands: BANDS, fMin: 0, fMax: 0, frames: 0 },
  ...{ normalize: 'none', rangeDb: 50 },
};
const TRAINING = { epochs: 60, batchSize: 32, learningRate: 1e-3, weightDecay: 1e-2, seed: 1 };

export class DigitClassifier {
  /** @param recordings {pcm, digit}, all of one sample rate */
  constructor(recordings, sampleRate) {
    this.spectrogram = new Spectrogram({ ...SETTINGS, sampleRate });
    const rows = this.features(recordings.map(({ pcm }) => pcm));
    this.norm = learnZNorm(rows, BANDS * STRETCHES);
    const targets = Float64Array.from(recordings.flatMap(({ digit }) => oneHot(digit)));
    const shape = { inputs: BANDS * STRETCHES, hidden: [64], activation: 'tanh', outputs: DIGITS, output: 'softmax' };
    this.mlp = new Mlp(shape);
    this.mlp.initialise(new Random(1));
    trainMlp(this.mlp, { rows: zNormalised(rows, this.norm), targets }, TRAINING);
  }

  /** What is heard in each sound. */
  hear(sounds) {
    const probabilities = this.mlp.predict(zNormalised(this.features(sounds), this.norm));
    return sounds.map((_, i) => {
      const own = probabilities.subarray(i * DIGITS, (i + 1) * DIGITS);
      return own.indexOf(Math.max(...own));
    });
  }

  features(sounds) {
    return Float64Array.from(sounds.flatMap(pcm => this.pooled(pcm)));
  }

  /** Decibels averaged over stretches of the sound's own length, their mean taken off: neither tempo nor loudness counts. */
  pooled(pcm) {
    const { values, info } = this.spectrogram.compute(pcm);
    const frames = info.shape[1];
    const pooled = [];
    for (let band = 0; band < BANDS; band++) {
      for (let stretch = 0; stretch < STRETCHES; stretch++) {
        const from = Math.floor((stretch * frames) / STRETCHES);
        const to = Math.max(from + 1, Math.floor(((stretch + 1) * frames) / STRETCHES));
        pooled.push(mean(values.subarray(band * frames + from, band * frames + to)));
      }
    }
    const level = mean(pooled);
    return pooled.map(value => value - level);
  }
}

const oneHot = digit => Array.from({ length: DIGITS }, (_, i) => (i === digit ? 1 : 0));
const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
