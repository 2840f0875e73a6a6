// The middle of the network: heads → μ, log σ² → z, the Kullback–Leibler divergence to the prior, and the way back
// (D. P. Kingma & M. Welling, 2014). A few numbers per example, so plain TypeScript.
import type { Mixture, MixtureValues } from '../stats/mixture';

/** log σ² is kept in ±LOG_VARIANCE_LIMIT wherever it is used, so that e^logvar stays finite. */
export const LOG_VARIANCE_LIMIT = 10;

export const clampLogVariance = (value: number): number =>
  Math.min(LOG_VARIANCE_LIMIT, Math.max(-LOG_VARIANCE_LIMIT, value));

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * z = μ + e^(logvar/2) · ε and the divergence of q(z|x) from the prior. From the standard normal distribution:
 * kl = −½ Σ(1 + logvar − μ² − e^logvar). From a mixture: log q(z|x) − log p(z) at the sampled z, a Monte-Carlo estimate
 * that may be negative; without noise `Mixture.divergence`, which needs no chance.
 * @param heads [count][2·latent]: μ, then logvar; [count][latent] for a plain autoencoder
 * @param epsilon [count][latent]; undefined: z = μ
 * @param kl [count], written
 * @param mixture the prior; undefined: the standard normal distribution
 */
export function sample(
  heads: Float32Array,
  count: number,
  latent: number,
  variational: boolean,
  epsilon: Float32Array | undefined,
  z: Float32Array,
  kl: Float64Array,
  mixture?: Mixture,
): void {
  const width = variational ? 2 * latent : latent;
  const logVariances = new Float64Array(latent);
  for (let b = 0; b < count; b++) {
    const mu = heads.subarray(b * width, b * width + latent);
    const sampled = z.subarray(b * latent, (b + 1) * latent);
    sampled.set(mu);
    kl[b] = 0;
    if (!variational) continue;
    for (let i = 0; i < latent; i++) logVariances[i] = clampLogVariance(heads[b * width + latent + i]);
    const noise = epsilon?.subarray(b * latent, (b + 1) * latent);
    if (noise) for (let i = 0; i < latent; i++) sampled[i] += Math.exp(0.5 * logVariances[i]) * noise[i];
    if (!mixture) kl[b] = normalDivergence(mu, logVariances);
    else if (noise) kl[b] = logDensity(logVariances, noise) - mixture.logDensity(sampled);
    else kl[b] = mixture.divergence(mu, logVariances);
  }
}

/** KL(q ‖ standard normal). */
function normalDivergence(mu: Float32Array, logVariances: Float64Array): number {
  let divergence = 0;
  for (let i = 0; i < mu.length; i++) {
    divergence -= 0.5 * (1 + logVariances[i] - mu[i] * mu[i] - Math.exp(logVariances[i]));
  }
  return divergence;
}

/** log q(z|x) at z = μ + σ·ε. */
function logDensity(logVariances: Float64Array, epsilon: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < epsilon.length; i++) sum -= 0.5 * (LOG_TWO_PI + logVariances[i] + epsilon[i] * epsilon[i]);
  return sum;
}

/**
 * Gradient of the heads from that of z and of klScale · Σ kl; none for logvar beyond its limits.
 * @param dHeads [count][2·latent] (or [count][latent]), written
 * @param prior a mixture and where its own gradient is added to; undefined: the standard normal distribution
 */
export function sampleGradient(
  heads: Float32Array,
  dz: Float32Array,
  count: number,
  latent: number,
  variational: boolean,
  epsilon: Float32Array,
  klScale: number,
  dHeads: Float32Array,
  prior?: { mixture: Mixture; gradient: MixtureValues },
): void {
  if (!variational) {
    dHeads.set(dz.subarray(0, count * latent));
    return;
  }
  const z = new Float64Array(latent);
  const pull = new Float64Array(latent);
  for (let b = 0; b < count; b++) {
    const mu = b * 2 * latent;
    const raw = mu + latent;
    const spread = (i: number): number => Math.exp(0.5 * clampLogVariance(heads[raw + i])) * epsilon[b * latent + i];
    if (prior) {
      for (let i = 0; i < latent; i++) z[i] = heads[mu + i] + spread(i);
      prior.mixture.addGradient(z, klScale, pull, prior.gradient);
    }
    for (let i = 0; i < latent; i++) {
      const d = dz[b * latent + i];
      const logVariance = clampLogVariance(heads[raw + i]);
      const inside = heads[raw + i] === logVariance;
      let dMu: number;
      let dLogVariance: number;
      if (prior) {
        // Sampled: log q(z|x) does not depend on μ and falls by ½ per unit of logvar; the rest comes through z.
        dMu = d + pull[i];
        dLogVariance = 0.5 * (dMu * spread(i) - klScale);
      } else {
        dMu = d + klScale * heads[mu + i];
        dLogVariance = 0.5 * (d * spread(i) + klScale * (Math.exp(logVariance) - 1));
      }
      dHeads[mu + i] = dMu;
      dHeads[raw + i] = inside ? dLogVariance : 0;
    }
  }
}
