// The middle of the network: μ and log σ² → z and the divergence from the prior, and the way back (src/engine/latent.ts).
// A few numbers per example, so the first thread does it all; the others find nothing to do.

import { Mixture, type MixtureValues } from '../../stats/mixture';
import type { Architecture } from '../architecture';
import type { Batch, ThreadContext } from '../context';
import { sample, sampleGradient } from '../latent';
import type { MemoryLayout } from '../memory-layout';
import { mixtureValues } from '../prior-tensors';
import type { HeadsPlan } from './heads';
import type { Layer } from './layer';

export interface LatentPlan {
  latent: number;
  variational: boolean;
  /** Addresses: [batch][width] of the heads, and its gradient. */
  heads: number;
  dHeads: number;
  /** [batch][latent]: noise (float32 as the rest), z, and the gradient of z in each thread's part, [threads][batch][latent]. */
  epsilon: number;
  z: number;
  dzParts: number;
  dz: number;
  /** Divergence of each example, float64. */
  kl: number;
}

export function planLatent(layout: MemoryLayout, architecture: Architecture, heads: HeadsPlan): LatentPlan {
  const { batch, threads } = layout.options;
  const { latentDim: latent, variational } = architecture;
  return {
    ...{ latent, variational, heads: heads.output, dHeads: heads.dOutput },
    epsilon: layout.floats(batch * latent),
    z: layout.floats(batch * latent),
    dzParts: layout.trainingFloats(threads * batch * latent),
    dz: layout.trainingFloats(batch * latent),
    kl: layout.doubles(batch),
  };
}

export class LatentLayer implements Layer {
  /** The prior and its gradient; undefined while it is the standard normal distribution. */
  private prior: { mixture: Mixture; gradient: MixtureValues } | undefined;

  constructor(
    private readonly context: ThreadContext,
    private readonly plan: LatentPlan,
  ) {}

  /** The mixture that is the prior, if it is one. */
  get mixture(): Mixture | undefined {
    return this.prior?.mixture;
  }

  /** Takes the mixture among the parameters as the prior from now on, or the standard normal distribution again. */
  setMixture(on: boolean): void {
    const { context } = this;
    const viewsOn = (address: (name: string) => number): MixtureValues =>
      mixtureValues(name => context.floats(address(name), context.shared.table.byName.get(name)?.size ?? 0));
    this.prior = on
      ? {
          mixture: new Mixture(viewsOn(name => context.parameter(name))),
          gradient: viewsOn(name => context.gradient(name)),
        }
      : undefined;
  }

  forward({ count, learning }: Batch): void {
    const { context, plan, mixture } = this;
    const { latent, variational } = plan;
    if (context.thread > 0) return;
    const epsilon = learning ? context.floats(plan.epsilon, count * latent) : undefined;
    const z = context.floats(plan.z, count * latent);
    const kl = context.doubles(plan.kl, count);
    mixture?.refresh();
    sample(this.heads(plan.heads, count), count, latent, variational, epsilon, z, kl, mixture);
  }

  backward({ count, klScale }: Batch): void {
    const { context, plan } = this;
    const { latent, variational } = plan;
    if (context.thread > 0) return;
    const dz = this.addParts(count);
    const epsilon = context.floats(plan.epsilon, count * latent);
    const [heads, dHeads] = [this.heads(plan.heads, count), this.heads(plan.dHeads, count)];
    sampleGradient(heads, dz, count, latent, variational, epsilon, klScale, dHeads, this.prior);
  }

  private heads(address: number, count: number): Float32Array {
    const { latent, variational } = this.plan;
    return this.context.floats(address, count * (variational ? 2 * latent : latent));
  }

  /** The gradient of z, summed over the threads' parts. */
  private addParts(count: number): Float32Array {
    const { context, plan } = this;
    const { latent, dzParts } = plan;
    const dz = context.floats(plan.dz, count * latent);
    for (let i = 0; i < dz.length; i++) {
      let sum = 0;
      for (let t = 0; t < context.threads; t++) sum += context.f32[dzParts / 4 + t * context.batch * latent + i];
      dz[i] = sum;
    }
    return dz;
  }
}
