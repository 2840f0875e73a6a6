// k-means clustering of a few thousand points.
import type { Random } from './random';

export interface Clusters {
  /** [k][dimensions] */
  centres: Float64Array;
  /** Which cluster each point belongs to. */
  assigned: Int32Array;
}

const MAX_ROUNDS = 100;

/**
 * Lloyd's algorithm from the seeds of k-means++ (D. Arthur & S. Vassilvitskii, 2007), until no point changes its
 * cluster. A cluster that loses all its points stays where it is, without points.
 * @param points [count][dimensions]
 */
export function kMeans(points: Float32Array, dimensions: number, k: number, random: Random): Clusters {
  const count = points.length / dimensions;
  const centres = seeds(points, dimensions, k, random);
  const assigned = new Int32Array(count).fill(-1);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (let p = 0; p < count; p++) {
      const nearest = nearestCentre(points, p, centres, dimensions);
      if (nearest !== assigned[p]) changed = true;
      assigned[p] = nearest;
    }
    if (!changed) break;
    moveToMeans(points, dimensions, assigned, centres);
  }
  return { centres, assigned };
}

/** Points that are far from those already taken are likelier to be taken. */
function seeds(points: Float32Array, dimensions: number, k: number, random: Random): Float64Array {
  const count = points.length / dimensions;
  const centres = new Float64Array(k * dimensions);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = random.below(count);
  for (let c = 0; c < k; c++) {
    if (c > 0) chosen = random.weighted(nearest);
    centres.set(points.subarray(chosen * dimensions, (chosen + 1) * dimensions), c * dimensions);
    for (let p = 0; p < count; p++) {
      nearest[p] = Math.min(nearest[p], squaredDistance(points, p, centres, c, dimensions));
    }
  }
  return centres;
}

function nearestCentre(points: Float32Array, point: number, centres: Float64Array, dimensions: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 0; c < centres.length / dimensions; c++) {
    const distance = squaredDistance(points, point, centres, c, dimensions);
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return best;
}

function moveToMeans(points: Float32Array, dimensions: number, assigned: Int32Array, centres: Float64Array): void {
  const sums = new Float64Array(centres.length);
  const sizes = new Float64Array(centres.length / dimensions);
  assigned.forEach((c, p) => {
    sizes[c]++;
    for (let i = 0; i < dimensions; i++) sums[c * dimensions + i] += points[p * dimensions + i];
  });
  for (let at = 0; at < sums.length; at++) {
    const size = sizes[Math.floor(at / dimensions)];
    if (size > 0) centres[at] = sums[at] / size;
  }
}

function squaredDistance(
  points: Float32Array,
  point: number,
  centres: Float64Array,
  centre: number,
  dimensions: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) {
    const difference = points[point * dimensions + i] - centres[centre * dimensions + i];
    sum += difference * difference;
  }
  return sum;
}
