// What the properties of a vae-train node say: which network, trained how and when.
import type { SweepRange } from '../../src/detectors/vae/sweep';
import type { TrainingOptions } from '../../src/detectors/vae/train';
import { checkNetwork, type NetworkOptions } from '../../src/engine/architecture';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { fields } from './fields';

export interface VaeTrainConfig extends Pick<Config<typeof fields>, 'model' | 'trainWhen' | 'count'> {
  network: NetworkOptions;
  options: Omit<TrainingOptions, 'threads' | 'engine'>;
  /** Undefined: one training, with `options.rlWeight`. */
  sweep?: SweepRange;
}

/**
 * @param def also from strings
 * @throws UserError `config` naming the field that is wrong, `architecture` where the lists do not fit each other
 */
export function readVaeTrain(def: object): VaeTrainConfig {
  const { name, model, trainWhen, count, ...rest } = readFields(fields, def);
  const { sweep, sweepFrom: from, sweepTo: to, sweepCount, ...training } = rest;
  const { preset, filters, kernels, strides, latentDim, batchNorm, variational, prior, components, ...options } =
    training;
  const network: NetworkOptions = {
    ...{ preset, latentDim, batchNorm, variational },
    ...{ filters: [...filters], kernels: [...kernels], strides: [...strides] },
    prior: prior === 'mixture' ? { kind: prior, components } : { kind: prior },
  };
  checkNetwork(network);
  return { model, trainWhen, count, network, options, sweep: sweep ? { from, to, count: sweepCount } : undefined };
}
