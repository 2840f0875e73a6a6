// The properties of a vae-train node, as saved in a flow or as the edit dialog asks about them.
import type { NodeDef } from 'node-red';
import { LEAST_EXAMPLES, networkDefaults, trainingDefaults } from '../../src/detectors/vae/defaults';
import type { SweepRange } from '../../src/detectors/vae/sweep';
import type { TrainingOptions } from '../../src/detectors/vae/train';
import { checkNetwork, type NetworkOptions, type Preset, type Prior } from '../../src/engine/architecture';
import { UserError } from '../../src/errors';
import type { EarlyStopping } from '../../src/stats/early-stopping';
import { booleanField, choiceField, numberField, numberListField } from '../shared/config';

const PRESETS = ['compact', 'office', 'mirrored', 'custom'] as const satisfies readonly Preset[];
const TRAIN_WHEN = ['complete', 'count', 'asked'] as const;
const EARLY_STOPPING = ['none', 'patience', 'prechelt'] as const satisfies readonly EarlyStopping[];
const MAX_LAYERS = 12;
const DEFAULT_COMPONENTS = 10;

export interface VaeTrainConfig {
  modelId: unknown;
  network: NetworkOptions;
  options: Omit<TrainingOptions, 'threads' | 'engine'>;
  /** Undefined: one training, with `options.rlWeight`. */
  sweep?: SweepRange;
  trainWhen: (typeof TRAIN_WHEN)[number];
  count: number;
}

export interface VaeTrainDef extends NodeDef {
  model?: string;
}

/**
 * The network and training settings alone, also from strings.
 * @throws UserError `config` naming the field that is wrong, `architecture` where the lists do not fit each other
 */
export function readTraining(def: object): Pick<VaeTrainConfig, 'network' | 'options'> {
  const preset = choiceField(def, 'preset', PRESETS, 'compact');
  const d = trainingDefaults(preset);
  return {
    network: readNetwork(def, preset),
    options: {
      epochs: numberField(def, 'epochs', d.epochs, { min: 1, max: 100_000, integer: true }),
      batchSize: numberField(def, 'batchSize', d.batchSize, { min: 1, max: 1024, integer: true }),
      learningRate: numberField(def, 'learningRate', d.learningRate, { min: 1e-8, max: 1 }),
      weightDecay: numberField(def, 'weightDecay', d.weightDecay, { min: 0, max: 1 }),
      rlWeight: numberField(def, 'rlWeight', d.rlWeight, { min: 0, max: 1e12 }),
      klWeight: numberField(def, 'klWeight', d.klWeight, { min: 0, max: 1e12 }),
      validationSplit: numberField(def, 'validationSplit', d.validationSplit, { min: 0, max: 0.9 }),
      earlyStopping: choiceField(def, 'earlyStopping', EARLY_STOPPING, d.earlyStopping),
      seed: numberField(def, 'seed', d.seed, { min: 0, max: 2 ** 32 - 1, integer: true }),
    },
  };
}

function readNetwork(def: object, preset: Preset): NetworkOptions {
  const defaults = networkDefaults(preset);
  const list = (field: 'filters' | 'kernels' | 'strides', max: number): number[] => {
    if (preset !== 'custom') return defaults[field];
    const values = numberListField(def, field, defaults[field], { min: 1, max });
    if (values.length <= MAX_LAYERS) return values;
    throw new UserError(
      'config',
      `${field} has ${values.length} numbers; expected at most ${MAX_LAYERS}, one for each layer. Open the node and correct it.`,
    );
  };
  const network: NetworkOptions = {
    preset,
    filters: list('filters', 2048),
    kernels: list('kernels', 31),
    strides: list('strides', 16),
    latentDim: numberField(def, 'latentDim', defaults.latentDim, { min: 1, max: 4096, integer: true }),
    batchNorm: booleanField(def, 'batchNorm', defaults.batchNorm),
    variational: booleanField(def, 'variational', true),
    prior: readPrior(def),
  };
  checkNetwork(network);
  return network;
}

function readPrior(def: object): Prior {
  const kind = choiceField(def, 'prior', ['normal', 'mixture'], 'normal');
  if (kind === 'normal') return { kind };
  return { kind, components: numberField(def, 'components', DEFAULT_COMPONENTS, { min: 2, max: 1000, integer: true }) };
}

export function readVaeTrain(def: VaeTrainDef): VaeTrainConfig {
  return {
    modelId: def.model,
    ...readTraining(def),
    sweep: booleanField(def, 'sweep', false) ? readSweep(def) : undefined,
    trainWhen: choiceField(def, 'trainWhen', TRAIN_WHEN, 'complete'),
    count: numberField(def, 'count', 150, { min: LEAST_EXAMPLES, max: 1e6, integer: true, unit: 'segments' }),
  };
}

function readSweep(def: VaeTrainDef): SweepRange {
  const limits = { min: 1e-12, max: 1e30 };
  const from = numberField(def, 'sweepFrom', 1, limits);
  const to = numberField(def, 'sweepTo', 1e9, limits);
  if (from >= to) {
    throw new UserError(
      'config',
      `the sweep goes from rlWeight ${from} to ${to}; expected a first weight below the last, e.g. 1 and 1e9. Open the node and correct it.`,
    );
  }
  return { from, to, count: numberField(def, 'sweepCount', 10, { min: 2, max: 50, integer: true, unit: 'weights' }) };
}
