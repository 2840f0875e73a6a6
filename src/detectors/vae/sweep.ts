// One training for each of several weights of the reconstruction loss, and which of them is best. The one-class
// dog-bark system chooses its weight so, by eye: from 1e0 to 1e9, "the minimum is for RL_weight = 1e08".

import type { Architecture } from '../../engine/architecture';
import type { EngineName } from '../../engine/compute-engine';
import { UserError } from '../../errors';
import type { Tensor } from '../../store/safetensors';
import type { Trained } from './train';

/** Weights from `from` to `to`, both included, evenly spaced by their logarithm. */
export interface SweepRange {
  from: number;
  to: number;
  count: number;
}

/** What came of one weight. */
export interface SweepPoint {
  rlWeight: number;
  /** Means over the held-out examples (over all, where none is held out), with z = μ. */
  rl: number;
  kl: number;
  /** rlWeight·rl + klWeight·kl: not comparable from weight to weight. */
  loss: number;
  epochs: number;
}

export interface SweepReport {
  points: SweepPoint[];
  /** The weight with the lowest mean rl; the smaller of two that are equal. */
  best: number;
  /** Weights whose training diverged, and why. */
  failed: { rlWeight: number; reason: string }[];
}

/** A training's outcome that holds no engine any more. */
export type TrainedModel = Omit<Trained, 'engine'> & {
  engine: EngineName;
  architecture: Architecture;
  parameters: Record<string, Tensor>;
};

/** numpy's logspace, to 12 digits so that 1e5 is 100000. */
export function sweepWeights({ from, to, count }: SweepRange): number[] {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  return Array.from({ length: count }, (_, i) =>
    Number((10 ** (low + ((high - low) * i) / Math.max(1, count - 1))).toPrecision(12)),
  );
}

/**
 * Trains once for each weight; what is best so far is all that is kept. A weight whose training diverges is left out.
 * @param trainOne one training from the start with this weight, the `run`-th from 0
 * @throws UserError `diverged` where no weight could be trained, naming them; whatever else `trainOne` throws
 */
export async function sweep(
  weights: number[],
  trainOne: (rlWeight: number, run: number) => Promise<Trained>,
): Promise<{ report: SweepReport; best: TrainedModel }> {
  const points: SweepPoint[] = [];
  const failed: SweepReport['failed'] = [];
  let best: { rlWeight: number; model: TrainedModel } | undefined;
  for (const [run, rlWeight] of weights.entries()) {
    try {
      const trained = await trainOne(rlWeight, run);
      try {
        const { rl, kl, loss } = trained.evaluation;
        points.push({ rlWeight, rl, kl, loss, epochs: trained.epochs });
        if (!best || rl < best.model.evaluation.rl) best = { rlWeight, model: detached(trained) };
      } finally {
        await trained.engine.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof UserError && thrown.code === 'diverged')) throw thrown;
      failed.push({ rlWeight, reason: thrown.message });
    }
  }
  if (best) return { report: { points, best: best.rlWeight, failed }, best: best.model };
  throw new UserError(
    'diverged',
    `the training diverged with every rlWeight of the sweep (${weights.join(', ')}). ${failed[0]?.reason ?? ''}`,
  );
}

function detached(trained: Trained): TrainedModel {
  const { engine, ...rest } = trained;
  return { ...rest, engine: engine.name, architecture: engine.architecture, parameters: engine.parameters() };
}
