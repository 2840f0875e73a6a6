// The properties of a vae-train node.
import { LEAST_EXAMPLES, networkDefaults, trainingDefaults } from '../../src/detectors/vae/defaults';
import type { NetworkOptions, Preset } from '../../src/engine/architecture';
import { choice, defineFields, flag, type Get, Misfit, model, nodeName, not, number, numbers } from '../shared/schema';

export const outputs = ['model', 'progress'];

const MAX_LAYERS = 12;
const MAX_WEIGHT = 1e12;
const SWEPT = { min: 1e-12, max: 1e30, when: { sweep: true } };

const presetOf = (get: Get): Preset => (get('preset') as Preset | undefined) ?? 'compact';
/** What a property stands for where it is empty: the network's own, as its preset has it. */
const ofNetwork =
  <Name extends keyof NetworkOptions>(name: Name) =>
  (get: Get): NetworkOptions[Name] =>
    networkDefaults(presetOf(get))[name];
const ofTraining =
  <Name extends 'epochs' | 'batchSize' | 'learningRate' | 'weightDecay' | 'rlWeight' | 'klWeight'>(name: Name) =>
  (get: Get): number =>
    trainingDefaults(presetOf(get))[name];
/** The same for all networks. */
const { validationSplit, earlyStopping, seed } = trainingDefaults('custom');

const layers = (name: 'filters' | 'kernels' | 'strides', max: number) => ({
  ...{ default: ofNetwork(name), min: 1, max, most: MAX_LAYERS, when: { preset: 'custom' } },
});

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  trainWhen: choice(['complete', 'count', 'asked'], { default: 'complete', icon: 'play-circle-o' }),
  count: number({
    ...{ default: 150, min: LEAST_EXAMPLES, max: 1e6, integer: true, unit: 'segments' },
    ...{ icon: 'sort-numeric-asc', when: { trainWhen: not('complete') } },
  }),
  preset: choice(['compact', 'office', 'mirrored', 'custom'], { default: 'compact', icon: 'sitemap' }),
  filters: numbers({ ...layers('filters', 2048), icon: 'filter' }),
  kernels: numbers({ ...layers('kernels', 31), icon: 'th' }),
  strides: numbers({ ...layers('strides', 16), icon: 'compress' }),
  latentDim: number({ default: ofNetwork('latentDim'), min: 1, max: 4096, integer: true, icon: 'ellipsis-h' }),
  batchNorm: flag({ default: ofNetwork('batchNorm') }),
  /** Off: a plain autoencoder. */
  variational: flag({ default: true, icon: 'random' }),
  prior: choice(['normal', 'mixture'], { default: 'normal', icon: 'area-chart', check: somePrior }),
  components: number({
    ...{ default: 10, min: 2, max: 1000, integer: true, icon: 'ellipsis-v' },
    when: { prior: 'mixture' },
  }),
  epochs: number({ default: ofTraining('epochs'), min: 1, max: 100_000, integer: true, icon: 'repeat' }),
  batchSize: number({ default: ofTraining('batchSize'), min: 1, max: 1024, integer: true, icon: 'clone' }),
  learningRate: number({ default: ofTraining('learningRate'), min: 1e-8, max: 1, icon: 'step-forward' }),
  weightDecay: number({ default: ofTraining('weightDecay'), min: 0, max: 1, icon: 'sort-amount-desc' }),
  sweep: flag({ default: false, icon: 'sliders' }),
  sweepFrom: number({ ...SWEPT, default: 1 }),
  sweepTo: number({ ...SWEPT, default: 1e9, check: aboveFirst }),
  sweepCount: number({ default: 10, min: 2, max: 50, integer: true, unit: 'weights', when: { sweep: true } }),
  rlWeight: number({
    ...{ default: ofTraining('rlWeight'), min: 0, max: MAX_WEIGHT, icon: 'picture-o' },
    when: { sweep: false },
  }),
  klWeight: number({ default: ofTraining('klWeight'), min: 0, max: MAX_WEIGHT, icon: 'dot-circle-o' }),
  validationSplit: number({ default: validationSplit, min: 0, max: 0.9, step: 0.05, icon: 'pie-chart' }),
  earlyStopping: choice(['none', 'patience', 'prechelt'], { default: earlyStopping, icon: 'hand-paper-o' }),
  seed: number({ default: seed, min: 0, max: 2 ** 32 - 1, integer: true, icon: 'leaf' }),
});

function somePrior(prior: string, get: Get): true | Misfit {
  if (prior !== 'mixture' || get('variational') !== false) return true;
  return new Misfit('normal', {
    error: 'priorOfNothing',
    sentence:
      'the prior is "mixture", but a plain autoencoder has none. Switch Variational on, or set the prior to normal.',
  });
}

function aboveFirst(to: number, get: Get): true | Misfit {
  const from = Number(get('sweepFrom'));
  if (!(from >= to)) return true;
  return new Misfit('a last weight above the first', {
    sentence: `the sweep goes from rlWeight ${from} to ${to}; expected a first weight below the last, e.g. 1 and 1e9. Open the node and correct it.`,
  });
}
