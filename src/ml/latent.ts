// The middle of the network: heads → μ, log σ² → z, the Kullback–Leibler divergence to the standard normal
// distribution, and the way back (D. P. Kingma & M. Welling, 2014). A few numbers per picture, so plain TypeScript.

/** log σ² is kept in ±LOG_VARIANCE_LIMIT wherever it is used, so that e^logvar stays finite. */
export const LOG_VARIANCE_LIMIT = 10;

const clampLogVariance = (value: number): number => Math.min(LOG_VARIANCE_LIMIT, Math.max(-LOG_VARIANCE_LIMIT, value));

/**
 * z = μ + e^(logvar/2) · ε and kl = −½ Σ(1 + logvar − μ² − e^logvar).
 * @param heads [count][2·latent]: μ, then logvar; [count][latent] for a plain autoencoder
 * @param epsilon [count][latent]; undefined: z = μ
 * @param kl [count], written
 */
export function sample(
  heads: Float32Array,
  count: number,
  latent: number,
  variational: boolean,
  epsilon: Float32Array | undefined,
  z: Float32Array,
  kl: Float64Array,
): void {
  const width = variational ? 2 * latent : latent;
  for (let b = 0; b < count; b++) {
    let divergence = 0;
    for (let i = 0; i < latent; i++) {
      const mu = heads[b * width + i];
      let value = mu;
      if (variational) {
        const logVariance = clampLogVariance(heads[b * width + latent + i]);
        divergence -= 0.5 * (1 + logVariance - mu * mu - Math.exp(logVariance));
        if (epsilon) value += Math.exp(0.5 * logVariance) * epsilon[b * latent + i];
      }
      z[b * latent + i] = value;
    }
    kl[b] = divergence;
  }
}

/**
 * Gradient of the heads from that of z and of klScale · Σ kl; none for logvar beyond its limits.
 * @param dHeads [count][2·latent] (or [count][latent]), written
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
): void {
  const width = variational ? 2 * latent : latent;
  for (let b = 0; b < count; b++) {
    for (let i = 0; i < latent; i++) {
      const d = dz[b * latent + i];
      if (!variational) {
        dHeads[b * width + i] = d;
        continue;
      }
      const mu = heads[b * width + i];
      const raw = heads[b * width + latent + i];
      const logVariance = clampLogVariance(raw);
      dHeads[b * width + i] = d + klScale * mu;
      const inside = raw === logVariance;
      const spread = 0.5 * Math.exp(0.5 * logVariance) * epsilon[b * latent + i];
      dHeads[b * width + latent + i] = inside ? d * spread + klScale * 0.5 * (Math.exp(logVariance) - 1) : 0;
    }
  }
}
