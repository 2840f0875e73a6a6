// Whether a model uses its latent values at all. A VAE whose divergence weighs too much learns to say the same about
// every segment (posterior collapse): the reconstruction is then one and the same, and no score means anything.
import type { ExampleScore } from '../../engine/compute-engine';

/** A dimension that tells less than this about a segment is not used. In nats. */
const LEAST_INFORMATION = 0.01;

export interface LatentUse {
  dimensions: number;
  /** Dimensions that tell something about a segment. */
  active: number;
}

/**
 * Gathers over many segments how much each dimension tells about one: ½ log(1 + variance of μ / mean variance of a
 * segment's own distribution). Near 0 where q(z|x) is the same for every x, that is where its divergence from what
 * all segments have in common is near 0; unlike the divergence from the prior it does not depend on the prior.
 */
export class LatentUsage {
  private count = 0;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly spreads: Float64Array;

  constructor(private readonly dimensions: number) {
    this.sums = new Float64Array(dimensions);
    this.squares = new Float64Array(dimensions);
    this.spreads = new Float64Array(dimensions);
  }

  add({ latent, logVariance }: ExampleScore): void {
    this.count++;
    for (let i = 0; i < this.dimensions; i++) {
      this.sums[i] += latent[i];
      this.squares[i] += latent[i] * latent[i];
      this.spreads[i] += Math.exp(logVariance[i]);
    }
  }

  /** In nats. */
  information(dimension: number): number {
    const { count, sums, squares, spreads } = this;
    const mean = sums[dimension] / count;
    const variance = Math.max(0, squares[dimension] / count - mean * mean);
    return 0.5 * Math.log(1 + variance / (spreads[dimension] / count));
  }

  result(): LatentUse {
    const { dimensions } = this;
    let active = 0;
    for (let i = 0; i < dimensions; i++) if (this.information(i) >= LEAST_INFORMATION) active++;
    return { dimensions, active };
  }
}
