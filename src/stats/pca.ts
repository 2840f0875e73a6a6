// Principal components: the few directions along which points differ most. For looking at latent spaces.
import { Random } from './random';

export interface PrincipalComponents {
  /** Row-major [count][components]: where each point lies along each direction, from their mean. */
  coordinates: Float64Array;
  /** Part of the whole variance along each direction, 0…1, largest first. */
  explained: number[];
}

/** Further directions that are found along with the wanted ones, so that these settle quickly. */
const SPARE = 6;
const MAX_ROUNDS = 100;
const TOLERANCE = 1e-10;

/**
 * The first principal components by block power iteration (Rutishauser's simultaneous iteration) on the centred points;
 * the covariance matrix itself is never made. The same points give the same answer: directions start from a fixed seed
 * and point so that their largest part is positive.
 * @param points row-major [count][dims]; not changed
 * @param components how many; directions without any variance (and those beyond `dims`) get coordinates of 0
 */
export function principalComponents(points: Float32Array, dims: number, components: number): PrincipalComponents {
  const count = Math.floor(points.length / dims);
  const centred = centre(points, count, dims);
  const variance = sumOfSquares(centred);
  const coordinates = new Float64Array(count * components);
  const explained = new Array<number>(components).fill(0);
  if (!(variance > 0)) return { coordinates, explained };
  const size = Math.min(dims, components + SPARE);
  let basis = startingDirections(size, dims);
  let values: number[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const spread = timesCovariance(centred, count, dims, basis);
    const { values: next, vectors } = eigen(products(basis, spread));
    basis = orthonormal(combine(spread, vectors));
    const settled = next.every((value, i) => i >= components || Math.abs(value - values[i]) <= TOLERANCE * next[0]);
    values = next;
    if (settled) break;
  }
  for (let c = 0; c < Math.min(components, basis.length); c++) {
    const direction = pointed(basis[c]);
    let along = 0;
    for (let i = 0; i < count; i++) {
      const place = dot(centred, direction, i * dims);
      coordinates[i * components + c] = place;
      along += place * place;
    }
    explained[c] = along / variance;
  }
  return { coordinates, explained };
}

function centre(points: Float32Array, count: number, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  for (let i = 0; i < count * dims; i++) mean[i % dims] += points[i] / count;
  return Float64Array.from({ length: count * dims }, (_, i) => points[i] - mean[i % dims]);
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

function startingDirections(size: number, dims: number): Float64Array[] {
  const random = new Random(1);
  return orthonormal(Array.from({ length: size }, () => Float64Array.from({ length: dims }, () => random.normal())));
}

/** Xᵀ(X v) for each direction v. */
function timesCovariance(
  x: Float64Array,
  count: number,
  dims: number,
  directions: readonly Float64Array[],
): Float64Array[] {
  return directions.map(direction => {
    const out = new Float64Array(dims);
    for (let i = 0; i < count; i++) {
      const place = dot(x, direction, i * dims);
      for (let d = 0; d < dims; d++) out[d] += place * x[i * dims + d];
    }
    return out;
  });
}

function dot(x: Float64Array, direction: Float64Array, from = 0): number {
  let sum = 0;
  for (let d = 0; d < direction.length; d++) sum += x[from + d] * direction[d];
  return sum;
}

/** All products of two sets of vectors, made symmetric against rounding. */
function products(a: readonly Float64Array[], b: readonly Float64Array[]): number[][] {
  return a.map((_, i) => b.map((_, j) => (dot(a[i], b[j]) + dot(a[j], b[i])) / 2));
}

/** Sums of vectors, with the weights in the columns. */
function combine(vectors: readonly Float64Array[], weights: readonly number[][]): Float64Array[] {
  return weights[0].map((_, column) =>
    Float64Array.from(vectors[0], (_, d) =>
      vectors.reduce((sum, vector, row) => sum + vector[d] * weights[row][column], 0),
    ),
  );
}

/** Gram–Schmidt, twice over: once leaves rounding behind. Vectors that depend on the others become 0. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  vectors.forEach((vector, i) => {
    const before = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, i)) {
        const share = dot(vector, other);
        for (let d = 0; d < vector.length; d++) vector[d] -= share * other[d];
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let d = 0; d < vector.length; d++) vector[d] *= scale;
  });
  return vectors;
}

/** The same direction, the other way round where its largest part is negative. */
function pointed(direction: Float64Array): Float64Array {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? direction.map(value => -value) : direction;
}

const MAX_SWEEPS = 60;

/**
 * Eigenvalues, largest first, and eigenvectors (in columns) of a small symmetric matrix by Jacobi's rotations
 * (Golub and Van Loan, Matrix Computations, section 8.5).
 */
export function eigen(symmetric: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const size = symmetric.length;
  const a = symmetric.map(row => [...row]);
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p][q]) <= 1e-15 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))) continue;
        rotated = true;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotate(a, v, p, q, c, s);
      }
    }
    if (!rotated) break;
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map(i => a[i][i]), vectors: v.map(row => order.map(i => row[i])) };
}

function rotate(a: number[][], v: number[][], p: number, q: number, c: number, s: number): void {
  for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  const [rowP, rowQ] = [a[p], a[q]];
  for (let k = 0; k < a.length; k++) [rowP[k], rowQ[k]] = [c * rowP[k] - s * rowQ[k], s * rowP[k] + c * rowQ[k]];
  for (const row of v) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}
