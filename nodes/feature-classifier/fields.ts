// The properties of a feature-classifier node.
import type { Shares } from '../../src/detectors/features/split';
import {
  choice,
  defineFields,
  flag,
  folder,
  Misfit,
  nodeName,
  not,
  number,
  text,
  texts,
  written,
} from '../shared/schema';

export const outputs = ['classes', 'report'];

const eachOnce = (list: string[]): true | Misfit =>
  new Set(list).size === list.length || new Misfit('names with commas between them, none twice');

const someClasses = (labels: string[]): true | Misfit =>
  (labels.length !== 1 && eachOnce(labels) === true) ||
  new Misfit('at least two labels with commas between them, none twice; or nothing for all');

/** For training, validation and test, in percent. */
function parseShares(text: string): Shares | undefined {
  const shares = text.split('/').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  const [training, validation, test] = shares;
  const isWhole = Math.abs(training + validation + test - 100) <= 1;
  return shares.length === 3 && shares.every(share => share > 0) && isWhole ? [training, validation, test] : undefined;
}

const whileTraining = { mode: not('classify') };

export const fields = defineFields({
  name: nodeName(),
  mode: choice(['auto', 'train', 'classify'], { default: 'auto', icon: 'graduation-cap' }),
  classifier: text({ default: 'classifier', icon: 'cube' }),
  /** Where all classifiers live. */
  folder: folder({ default: 'audio-classifiers', icon: 'folder-open' }),
  /** Only these; empty: all. */
  features: texts({ icon: 'list-ol', check: eachOnce }),
  /** Only these classes; empty: all. */
  labels: texts({ icon: 'tags', check: someClasses }),
  labelColumn: text({ default: 'label', icon: 'columns', width: 140 }),
  balance: flag({ default: true, icon: 'balance-scale', when: whileTraining }),
  split: written({
    ...{ default: '50/25/25', parse: parseShares, icon: 'pie-chart', width: 100, when: whileTraining },
    expected: 'three percentages above 0 that add up to 100, for training, validation and test, e.g. 50/25/25',
  }),
  splitBy: choice(['auto', 'file', 'order'], { default: 'auto', icon: 'random', when: whileTraining }),
  trials: number({ default: 20, min: 1, max: 1000, integer: true, icon: 'search', when: whileTraining }),
  epochs: number({ default: 250, min: 1, max: 100_000, integer: true, icon: 'repeat', when: whileTraining }),
  patience: number({
    ...{ default: 2, min: 1, max: 1000, integer: true, unit: 'epochs' },
    ...{ icon: 'hourglass-half', when: whileTraining },
  }),
  batchSize: number({
    ...{ default: 16, min: 1, max: 4096, integer: true, unit: 'examples' },
    ...{ icon: 'th', when: whileTraining },
  }),
  learningRate: number({ default: 0.001, min: 1e-8, max: 1, icon: 'step-forward', when: whileTraining }),
  seed: number({ default: 1, min: 0, max: 2 ** 32 - 1, integer: true, icon: 'leaf', when: whileTraining }),
});
