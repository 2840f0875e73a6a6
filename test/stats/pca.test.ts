// Principal components against what is known of the points: directions and variances chosen beforehand, and a second way
// to compute them.
import assert from 'node:assert/strict';
import { eigen, principalComponents } from '#src/stats/pca';
import { Random } from '#src/stats/random';

/** Points whose spread along given orthonormal directions is given. */
function cloud(count: number, directions: number[][], deviations: number[], centre: number[], seed = 7): Float32Array {
  const random = new Random(seed);
  const dims = centre.length;
  const points = new Float32Array(count * dims);
  for (let i = 0; i < count; i++) {
    const along = deviations.map(deviation => deviation * random.normal());
    for (let d = 0; d < dims; d++) {
      points[i * dims + d] = centre[d] + along.reduce((sum, a, k) => sum + a * directions[k][d], 0);
    }
  }
  return points;
}

describe('principal components', () => {
  const r = Math.SQRT1_2;

  it('are the directions along which the points were spread', () => {
    const directions = [
      [r, r, 0],
      [0, 0, 1],
      [r, -r, 0],
    ];
    const points = cloud(4000, directions, [5, 2, 0.5], [100, -3, 8]);
    const { coordinates, explained } = principalComponents(points, 3, 2);
    assert.ok(
      Math.abs(explained[0] - 25 / 29.25) < 0.02 && Math.abs(explained[1] - 4 / 29.25) < 0.02,
      explained.join(),
    );
    // The first coordinate is the place along (1, 1, 0)/√2, whose largest part is positive.
    for (let i = 0; i < 20; i++) {
      const along = r * (points[3 * i] - 100) + r * (points[3 * i + 1] + 3);
      assert.ok(Math.abs(coordinates[2 * i] - along) < 0.25, `${coordinates[2 * i]} ${along}`);
    }
  });

  it('equal those of the covariance matrix by Jacobi, also where several variances are nearly the same', () => {
    const dims = 12;
    const unit = Array.from({ length: dims }, (_, k) => Array.from({ length: dims }, (_, d) => (k === d ? 1 : 0)));
    const deviations = Array.from({ length: dims }, (_, k) => 2 - 0.02 * k);
    const points = cloud(300, unit, deviations, new Array(dims).fill(0.5));
    const mean = unit.map((_, d) => points.reduce((sum, value, i) => (i % dims === d ? sum + value / 300 : sum), 0));
    const covariance = unit.map((_, a) =>
      unit.map((_, b) => {
        let sum = 0;
        for (let i = 0; i < 300; i++) sum += (points[i * dims + a] - mean[a]) * (points[i * dims + b] - mean[b]);
        return sum;
      }),
    );
    const { values, vectors } = eigen(covariance);
    const { coordinates, explained } = principalComponents(points, dims, 2);
    const total = values.reduce((sum, value) => sum + value, 0);
    for (const c of [0, 1]) {
      assert.ok(Math.abs(explained[c] - values[c] / total) < 1e-6);
      const along = (i: number) => vectors.reduce((sum, row, d) => sum + (points[i * dims + d] - mean[d]) * row[c], 0);
      const sign = Math.sign(along(0) * coordinates[c]);
      for (let i = 0; i < 300; i++) assert.ok(Math.abs(coordinates[2 * i + c] - sign * along(i)) < 1e-3);
    }
  });

  it('are the same every time, and leave the points alone', () => {
    const points = cloud(
      50,
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      [1, 1, 1],
      [0, 0, 0],
    );
    const before = points.slice();
    assert.deepEqual(principalComponents(points, 3, 2), principalComponents(points, 3, 2));
    assert.deepEqual(points, before);
  });

  it('exist as far as there is variance', () => {
    assert.deepEqual(principalComponents(new Float32Array(12).fill(3), 4, 2).explained, [0, 0]);
    const line = Float32Array.from([0, 0, 1, 2, 2, 4, 3, 6]);
    const { coordinates, explained } = principalComponents(line, 2, 2);
    assert.ok(Math.abs(explained[0] - 1) < 1e-12 && Math.abs(explained[1]) < 1e-12);
    assert.ok(Math.abs(coordinates[6] - coordinates[0] - Math.hypot(3, 6)) < 1e-9);
    assert.deepEqual(
      [...principalComponents(Float32Array.of(1, 2, 3), 1, 2).coordinates].map(v => Math.round(v)),
      [-1, 0, 0, 0, 1, 0],
    );
  });

  it('of 2000 points of 512 dimensions take seconds at most', function () {
    this.timeout(60_000);
    const random = new Random(3);
    const points = Float32Array.from({ length: 2000 * 512 }, (_, i) => random.normal() * (i % 512 < 4 ? 5 : 1));
    const start = process.cpuUsage();
    const { explained } = principalComponents(points, 512, 2);
    const { user, system } = process.cpuUsage(start);
    assert.ok(explained[0] >= explained[1] && explained[1] > 0.02);
    assert.ok((user + system) / 1e6 < 15, `${(user + system) / 1e6} s`);
  });
});

describe('eigenvalues of a small matrix', () => {
  it('come largest first, with vectors that the matrix only stretches', () => {
    const matrix = [
      [4, 1, -2],
      [1, 3, 0.5],
      [-2, 0.5, -1],
    ];
    const { values, vectors } = eigen(matrix);
    assert.ok(values[0] >= values[1] && values[1] >= values[2]);
    assert.ok(Math.abs(values[0] + values[1] + values[2] - 6) < 1e-12);
    for (const c of [0, 1, 2]) {
      for (const row of [0, 1, 2]) {
        const product = matrix[row].reduce((sum, value, k) => sum + value * vectors[k][c], 0);
        assert.ok(Math.abs(product - values[c] * vectors[row][c]) < 1e-12);
      }
    }
  });
});
