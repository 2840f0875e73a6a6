// A mixture of Gaussians with diagonal covariances as the prior of the latent values: its density, the gradients of
// its means, variances and weights, and the divergence of one Gaussian from it. Plain TypeScript: a few thousand
// numbers per batch.

/**
 * Least variance of a component: σ² = MIXTURE_VARIANCE_FLOOR + e^logVariance. Twice the least variance that a segment's
 * own distribution can have (e^−10), so that no component shrinks to a point that only one segment reaches.
 */
export const MIXTURE_VARIANCE_FLOOR = 1e-4;
/** e^logVariance stays finite. */
const LOG_VARIANCE_LIMIT = 10;
/** A component lives while it accounts for at least this part of its equal share of the segments. */
const LIVE_PART = 0.1;

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** The numbers that are trained and saved. */
export interface MixtureValues {
  /** [components][latent] */
  means: Float32Array;
  /** [components][latent]; the variance is MIXTURE_VARIANCE_FLOOR + e^this. */
  logVariances: Float32Array;
  /** [components]; the weights are their softmax. */
  logits: Float32Array;
}

/** Copies values over others of the same size. */
export function setMixtureValues(target: MixtureValues, { means, logVariances, logits }: MixtureValues): void {
  target.means.set(means);
  target.logVariances.set(logVariances);
  target.logits.set(logits);
}

/** What of a mixture a training watches. */
export interface MixtureState {
  values: MixtureValues;
  /** [components]: the part of the segments that each accounted for; sums to 1. */
  shares: Float64Array;
}

/** What to save for a variance; one at or below the floor becomes the smallest above it. */
export const logVarianceOf = (variance: number): number =>
  Math.log(Math.max(variance - MIXTURE_VARIANCE_FLOOR, MIXTURE_VARIANCE_FLOOR / 100));

const spreadOf = (logVariance: number): number => Math.exp(Math.min(LOG_VARIANCE_LIMIT, logVariance));

/** Softmax of the logits. */
export function mixtureWeights(logits: ArrayLike<number>): Float64Array {
  const weights = Float64Array.from(logits);
  const largest = Math.max(...weights);
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    weights[k] = Math.exp(weights[k] - largest);
    sum += weights[k];
  }
  return weights.map(weight => weight / sum);
}

/** Standard deviation of a component in one dimension. */
export const componentDeviation = (logVariance: number): number =>
  Math.sqrt(MIXTURE_VARIANCE_FLOOR + spreadOf(logVariance));

/**
 * Components that live: they account for a tenth of an equal share of the segments or more, their numbers are finite,
 * and they have not shrunk to a point, their variance at its floor in every dimension.
 */
export function liveComponents({ values, shares }: MixtureState): number {
  const latent = values.means.length / shares.length;
  const least = LIVE_PART / shares.length;
  let live = 0;
  shares.forEach((share, k) => {
    const of = (all: Float32Array) => all.subarray(k * latent, (k + 1) * latent);
    const spreads = of(values.logVariances);
    const finite = of(values.means).every(Number.isFinite) && spreads.every(Number.isFinite);
    const hasWidth = spreads.some(logVariance => spreadOf(logVariance) > MIXTURE_VARIANCE_FLOOR);
    // A share that is no number is not at least anything.
    if (share >= least && finite && hasWidth) live++;
  });
  return live;
}

export class Mixture {
  readonly components: number;
  /** Responsibilities summed up over the calls of `addGradient`. */
  private readonly usage: Float64Array;
  private readonly latent: number;
  /** 1/σ², [components][latent]. */
  private readonly precisions: Float64Array;
  private readonly weights: Float64Array;
  /** log weight − ½ Σ log 2πσ² of each component. */
  private readonly constants: Float64Array;
  /** One number per component: of the last call. */
  private readonly terms: Float64Array;

  /** @param values read again at every `refresh`, never written */
  constructor(private readonly values: MixtureValues) {
    this.components = values.logits.length;
    this.latent = values.means.length / this.components;
    this.usage = new Float64Array(this.components);
    this.precisions = new Float64Array(values.means.length);
    this.weights = new Float64Array(this.components);
    this.constants = new Float64Array(this.components);
    this.terms = new Float64Array(this.components);
    this.refresh();
  }

  /** After every change of the values. */
  refresh(): void {
    const { components, latent, precisions, weights, constants, values } = this;
    weights.set(mixtureWeights(values.logits));
    for (let k = 0; k < components; k++) {
      let constant = Math.log(weights[k]);
      for (let i = k * latent; i < (k + 1) * latent; i++) {
        const variance = MIXTURE_VARIANCE_FLOOR + spreadOf(values.logVariances[i]);
        precisions[i] = 1 / variance;
        constant -= 0.5 * (LOG_TWO_PI + Math.log(variance));
      }
      constants[k] = constant;
    }
  }

  /** log p(z) for `latent` values from `at` on; leaves the responsibilities in `terms`. */
  logDensity(z: ArrayLike<number>, at = 0): number {
    const { components, latent, precisions, constants, terms } = this;
    const { means } = this.values;
    for (let k = 0; k < components; k++) {
      let squares = 0;
      for (let i = 0; i < latent; i++) {
        const distance = z[at + i] - means[k * latent + i];
        squares += distance * distance * precisions[k * latent + i];
      }
      terms[k] = constants[k] - 0.5 * squares;
    }
    return this.normalise();
  }

  /**
   * How far a Gaussian is from the mixture: −log Σ w·e^−KL(q‖component), the variational approximation of J. R. Hershey
   * & P. A. Olsen (2007). Never below the true divergence and never negative, equal to the closed form for one component;
   * and, unlike a sample, the same for the same segment.
   * @param mean μ, and the log variance at the same place in `logVariance`
   */
  divergence(mean: ArrayLike<number>, logVariance: ArrayLike<number>): number {
    const { components, latent, precisions, weights, terms } = this;
    const { means } = this.values;
    for (let k = 0; k < components; k++) {
      let divergence = 0;
      for (let i = 0; i < latent; i++) {
        const precision = precisions[k * latent + i];
        const distance = mean[i] - means[k * latent + i];
        const ratio = Math.exp(logVariance[i]) * precision;
        divergence += 0.5 * (ratio + distance * distance * precision - 1 - Math.log(ratio));
      }
      terms[k] = Math.log(weights[k]) - divergence;
    }
    return -this.normalise();
  }

  /**
   * The gradient of −scale · log p(z) for one example.
   * @param z [latent]
   * @param dz [latent], written
   * @param gradient that of the values, added to
   */
  addGradient(z: ArrayLike<number>, scale: number, dz: Float64Array, gradient: MixtureValues): void {
    const { components, latent, precisions, weights, terms, usage } = this;
    const { means, logVariances } = this.values;
    this.logDensity(z);
    dz.fill(0);
    for (let k = 0; k < components; k++) {
      const responsibility = terms[k];
      usage[k] += responsibility;
      gradient.logits[k] += scale * (weights[k] - responsibility);
      const share = scale * responsibility;
      for (let i = 0; i < latent; i++) {
        const at = k * latent + i;
        const precision = precisions[at];
        const distance = z[i] - means[at];
        const pull = share * distance * precision;
        dz[i] += pull;
        gradient.means[at] -= pull;
        if (logVariances[at] < LOG_VARIANCE_LIMIT) {
          const width = 0.5 * spreadOf(logVariances[at]) * precision;
          gradient.logVariances[at] += width * (share - pull * distance);
        }
      }
    }
  }

  /** The part of the examples that each component accounted for since the last call; sums to 1. */
  takeShares(): Float64Array {
    const total = this.usage.reduce((sum, value) => sum + value, 0);
    const shares = this.usage.map(value => value / total);
    this.usage.fill(0);
    return shares;
  }

  /** log Σ e^term; the terms become their parts of the sum. */
  private normalise(): number {
    const { terms } = this;
    let largest = Number.NEGATIVE_INFINITY;
    for (const term of terms) largest = Math.max(largest, term);
    let sum = 0;
    for (let k = 0; k < terms.length; k++) {
      terms[k] = Math.exp(terms[k] - largest);
      sum += terms[k];
    }
    for (let k = 0; k < terms.length; k++) terms[k] /= sum;
    return largest + Math.log(sum);
  }
}
