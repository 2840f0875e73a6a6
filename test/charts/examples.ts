// One figure of each kind as nodes bring them, with numbers from a seed.

import type { Figure } from '#src/charts/figures/draw';
import type { AudioInfo } from '#src/messages';
import { Random } from '#src/stats/random';
import { spectrogramInfo } from '../support/spectrograms';

const random = new Random(11);
const numbers = (count: number, value: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i));

export const INFO = spectrogramInfo([128, 63], { min: -80, max: 0 });

export const AUDIO: AudioInfo = {
  sampleRate: 16000,
  samples: 32256,
  seconds: 2.016,
  startedAt: new Date(2026, 10, 21, 14, 3, 12).getTime(),
  source: '/home/pi/recordings/a_rather_long_name_of_a_recording_of_the_pump.wav',
  sequence: 0,
  overruns: 0,
};

const LABELS = ['healthy', 'propeller-damaged', 'unbalanced'];
const noise = (scale: number): Float32Array => Float32Array.from(numbers(128 * 63, () => random.normal() * scale));
const probabilities = (label: number): number[] => {
  const raw = LABELS.map((_, i) => Math.exp((i === label ? 2 : 0) + random.normal()));
  const sum = raw.reduce((a, b) => a + b);
  return raw.map(value => value / sum);
};

export const EXAMPLES: { [K in Figure['kind']]: Extract<Figure, { kind: K }> } = {
  spectrogram: { kind: 'spectrogram', values: noise(10).map(value => value - 50), info: INFO, audio: AUDIO },
  heatmap: {
    kind: 'heatmap',
    error: noise(0.1).map(value => value * value),
    info: INFO,
    score: 0.0123,
    peak: { fMin: 1000, fMax: 2000, fromSeconds: 0.5, toSeconds: 1 },
    audio: AUDIO,
  },
  waveform: { kind: 'waveform', pcm: Float32Array.from(numbers(32256, i => 0.4 * Math.sin(i / 9))), audio: AUDIO },
  scores: {
    kind: 'scores',
    time: 'clock',
    measure: 'rl',
    series: ['pump 1', 'pump 2'].map((name, s) => ({
      name,
      points: numbers(80, i => i).map(i => {
        const score = 0.01 * (s + 1) + (i % 17 === 0 ? 0.03 : 0.001 * random.normal());
        return { at: AUDIO.startedAt + 2000 * i, score, threshold: 0.03, anomaly: score > 0.03 };
      }),
    })),
  },
  loss: {
    kind: 'loss',
    epochs: numbers(40, i => i + 1),
    of: 60,
    stage: 'run 3 of 10',
    series: [
      { name: 'loss', values: numbers(40, i => 12 * Math.exp(-i / 9) + 1) },
      { name: 'validation', values: numbers(40, i => 13 * Math.exp(-i / 9) + 1.4) },
      { name: 'RL', values: numbers(40, i => 0.08 * Math.exp(-i / 9) + 0.008) },
      { name: 'KL', values: numbers(40, i => 2 + Math.exp(-i / 5)) },
    ],
  },
  counts: {
    kind: 'counts',
    counts: LABELS.map((label, i) => ({ label, segments: 60 - 25 * i, seconds: 120 - 50 * i })),
  },
  confusion: {
    kind: 'confusion',
    labels: LABELS,
    confusion: [
      [40, 8, 2],
      [3, 30, 12],
      [0, 4, 21],
    ],
    accuracy: 0.758,
    never: 0.42,
  },
  predictions: {
    kind: 'predictions',
    labels: LABELS,
    predictions: numbers(90, i => i).map(i => {
      const label = Math.floor(i / 30);
      return { seconds: i * 0.5, label: LABELS[label], probabilities: probabilities(label) };
    }),
    accuracy: 0.8,
  },
  'rl-kl': {
    kind: 'rl-kl',
    classes: LABELS,
    classOf: numbers(150, i => i % 3),
    rl: numbers(150, i => 0.02 + 0.01 * (i % 3) + 0.003 * random.normal()),
    kl: numbers(150, i => 15 + 6 * (i % 3) + 2 * random.normal()),
    // Probability 0.5 where rl is 0.03, whatever kl.
    surface: {
      rl: [0, 0.06],
      kl: [5, 35],
      columns: 25,
      rows: 25,
      probability: numbers(625, i => 1 / (1 + Math.exp(-((i % 25) - 12)))),
    },
    positiveLabel: 'unbalanced',
    note: 'AUC 0.981, balanced accuracy 93 %',
  },
  latent: {
    kind: 'latent',
    classes: LABELS,
    classOf: numbers(150, i => i % 3),
    latents: Float32Array.from(numbers(150 * 8, i => (i % 8 === Math.floor(i / 8) % 3 ? 6 : 0) + random.normal())),
    dims: 8,
  },
  roc: {
    kind: 'roc',
    curves: [
      {
        name: 'linear',
        points: [
          [0, 0],
          [0, 0.5],
          [0.25, 0.5],
          [0.25, 1],
          [1, 1],
        ],
        auc: 0.875,
      },
      {
        name: 'relu',
        points: [
          [0, 0],
          [0.1, 0.7],
          [0.4, 0.9],
          [1, 1],
        ],
        auc: 0.85,
      },
    ],
    note: '60 anomalous of 120',
  },
  sweep: {
    kind: 'sweep',
    points: numbers(10, i => i).map(i => ({
      rlWeight: 10 ** i,
      rl: 0.08 * Math.exp(-i / 2) + 0.004,
      kl: 0.02 * Math.exp(i),
    })),
    best: 1e8,
  },
};
