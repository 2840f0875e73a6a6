// The divergence of a segment's latent distribution from the prior, as src/engine/latent.ts scores it, as a graph of operations.
import { componentDeviation, type MixtureValues, mixtureWeights } from '../stats/mixture';
import type { Graph } from './graph';

/**
 * @param mu [1, latent]
 * @param logVariance [1, latent], within its limits
 * @param mixture the prior; undefined: the standard normal distribution
 * @returns [1]
 */
export function buildDivergence<Value>(
  graph: Graph<Value>,
  mu: Value,
  logVariance: Value,
  mixture: MixtureValues | undefined,
): Value {
  if (mixture) return fromMixture(graph, mu, logVariance, mixture);
  // ½ Σ(e^logvar + μ² − 1 − logvar)
  const grown = graph.add(graph.exp(logVariance), graph.multiply(mu, mu));
  return graph.multiply(graph.sum(graph.subtract(grown, graph.add(logVariance, 1))), 0.5);
}

/**
 * −log Σ w·e^−KL(component), see `Mixture.divergence`, with
 * KL = ½ Σ(precision · (e^logvar + (μ − mean)²)) − ½ Σ logvar − ½ Σ(1 + log precision): the second part is the same for all
 * components and comes out of the sum, the third is known beforehand.
 */
function fromMixture<Value>(graph: Graph<Value>, mu: Value, logVariance: Value, prior: MixtureValues): Value {
  const weights = mixtureWeights(prior.logits);
  const components = weights.length;
  const latent = prior.means.length / components;
  const precisions = prior.logVariances.map(value => componentDeviation(value) ** -2);
  const known = Float32Array.from(weights, (weight, k) => {
    const own = precisions.subarray(k * latent, (k + 1) * latent);
    return Math.log(weight) + own.reduce((sum, precision) => sum + 0.5 * (1 + Math.log(precision)), 0);
  });
  const rows = (name: string, values: Float32Array) => graph.constant(`prior.${name}`, [components, latent], values);

  const distance = graph.subtract(rows('means', prior.means), mu);
  const spread = graph.add(graph.multiply(distance, distance), graph.exp(logVariance));
  const sums = graph.reshape(graph.sum(graph.multiply(rows('precisions', precisions), spread)), [1, components]);
  const terms = graph.subtract(graph.constant('prior.known', [1, components], known), graph.multiply(sums, 0.5));
  // The largest comes off before the exponentials, so that they stay finite.
  const largest = graph.max(terms);
  const total = graph.log(graph.sum(graph.exp(graph.subtract(terms, largest))));
  const shared = graph.multiply(graph.sum(logVariance), -0.5);
  return graph.subtract(graph.subtract(shared, largest), total);
}
