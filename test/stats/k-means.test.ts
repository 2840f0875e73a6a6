import assert from 'node:assert/strict';
import { kMeans } from '#src/stats/k-means';
import { Random } from '#src/stats/random';

describe('k-means', () => {
  it('finds clusters that lie apart', () => {
    const random = new Random(2);
    const truth = [-8, 0, 9];
    const points = Float32Array.from({ length: 300 * 2 }, (_, i) => truth[Math.floor(i / 2) % 3] + random.normal());
    const { centres, assigned } = kMeans(points, 2, 3, new Random(1));
    const found = [0, 2, 4].map(at => centres[at]).sort((a, b) => a - b);
    found.forEach((centre, k) => {
      assert.ok(Math.abs(centre - truth[k]) < 0.4, `${centre}, expected about ${truth[k]}`);
    });
    for (let p = 3; p < 300; p++) assert.equal(assigned[p], assigned[p - 3]);
  });

  it('says the same for the same seed', () => {
    const random = new Random(2);
    const points = Float32Array.from({ length: 200 }, () => random.normal());
    assert.deepEqual(kMeans(points, 4, 5, new Random(7)), kMeans(points, 4, 5, new Random(7)));
  });

  it('survives points that are all the same, and as many clusters as points', () => {
    const same = kMeans(new Float32Array(20).fill(3), 2, 4, new Random(1));
    assert.ok(same.centres.every(value => value === 3));
    const { assigned } = kMeans(Float32Array.of(1, 5, 9), 1, 3, new Random(1));
    assert.equal(new Set(assigned).size, 3);
  });
});
