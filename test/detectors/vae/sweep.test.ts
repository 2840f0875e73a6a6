// Several weights of the reconstruction loss, one training each: which weights, which is best, and what if one fails.
import assert from 'node:assert/strict';
import { trainingDefaults } from '#src/detectors/vae/defaults';
import { sweep, sweepWeights } from '#src/detectors/vae/sweep';
import { type Trained, train } from '#src/detectors/vae/train';
import { UserError } from '#src/errors';
import { small, stripes } from '../../engine/examples';
import { frontEnd } from '../../support/spectrograms';

const source = stripes(30, 16, 16);

function trainWith(rlWeight: number): Promise<Trained> {
  const options = {
    ...trainingDefaults('compact'),
    epochs: 8,
    batchSize: 8,
    threads: 1,
    validationSplit: 0.3,
    rlWeight,
  };
  return train(
    ...([source, frontEnd([16, 16]), small, options] as const),
    () => {},
    () => false,
  );
}

describe('sweep of rlWeight', function () {
  this.timeout(60_000);

  it('takes weights evenly spaced by their logarithm, both ends included', () => {
    assert.deepEqual(sweepWeights({ from: 1, to: 1e9, count: 10 }), [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]);
    assert.deepEqual(sweepWeights({ from: 0.01, to: 100, count: 3 }), [0.01, 1, 100]);
  });

  it('tells the mean rl and kl of the held-out pictures for each weight and keeps the model that redraws them best', async () => {
    const weights = [1e-6, 1e2, 1e4];
    const { report, best } = await sweep(weights, trainWith);
    assert.deepEqual(
      report.points.map(point => point.rlWeight),
      weights,
    );
    assert.deepEqual(report.failed, []);
    const least = report.points.reduce((a, b) => (b.rl < a.rl ? b : a));
    assert.equal(report.best, least.rlWeight);
    assert.ok(report.best > 1e-6, 'a weight of next to nothing teaches nothing');
    for (const { rlWeight, rl, kl, loss, epochs } of report.points) {
      assert.ok(Math.abs(loss / (rlWeight * rl + kl) - 1) < 1e-9);
      assert.equal(epochs, 8);
    }
    const alone = await trainWith(report.best);
    assert.deepEqual(best.parameters, alone.engine.parameters());
    assert.equal(best.evaluation.rl, least.rl);
    await alone.engine.close();
  });

  it('leaves a weight that overflows out, names it, and goes on', async () => {
    const { report } = await sweep([1e3, 1e200], trainWith);
    assert.equal(report.best, 1e3);
    assert.equal(report.points.length, 1);
    assert.equal(report.failed.length, 1);
    assert.equal(report.failed[0].rlWeight, 1e200);
    assert.match(report.failed[0].reason, /diverged.*rlWeight \(now 1e\+200\)/);
  });

  it('fails where all weights overflow, naming them', async () => {
    await assert.rejects(sweep([1e150, 1e200], trainWith), /every rlWeight of the sweep \(1e\+150, 1e\+200\)/);
  });

  it('does not hide other failures', async () => {
    const broken = () => Promise.reject(new UserError('memory', 'no memory'));
    await assert.rejects(sweep([1, 2], broken), /no memory/);
  });
});
