// When training ends before its last epoch.
import assert from 'node:assert/strict';
import { Patience, Prechelt, stoppingRule } from '#src/stats/early-stopping';

/** Loss of the untrained network on what is held out. */
const UNTRAINED = 100;

/**
 * Worked out by hand, α = 30, κ = 5. GL = 100·(E_va/E_opt − 1) with E_opt = 100 before the first epoch, then 60, 50, 45;
 * P = 1000·(mean/min − 1) of the last five E_tr, e.g. epoch 5: mean 33.4, min 20, P = 670.
 */
const TABLE: { training: number; validation: number; gl: number; progress: number; stop: boolean }[] = [
  { training: 50, validation: 60, gl: 0, progress: Number.POSITIVE_INFINITY, stop: false },
  { training: 40, validation: 50, gl: 0, progress: Number.POSITIVE_INFINITY, stop: false },
  { training: 32, validation: 45, gl: 0, progress: Number.POSITIVE_INFINITY, stop: false },
  { training: 25, validation: 48, gl: 6.666667, progress: Number.POSITIVE_INFINITY, stop: false },
  { training: 20, validation: 50, gl: 11.111111, progress: 670, stop: false },
  { training: 17, validation: 52, gl: 15.555556, progress: 576.470588, stop: false },
  { training: 15, validation: 55, gl: 22.222222, progress: 453.333333, stop: false },
  // GL is above 30 from here on, but training still gets on.
  { training: 14, validation: 60, gl: 33.333333, progress: 300, stop: false },
  { training: 13.5, validation: 62, gl: 37.777778, progress: 177.777778, stop: false },
  { training: 13.2, validation: 63, gl: 40, progress: 101.515152, stop: false },
  { training: 13, validation: 64, gl: 42.222222, progress: 56.923077, stop: true },
];

describe('early stopping', () => {
  it('waits for `patience` epochs without a better validation loss', () => {
    const rule = new Patience(2);
    const stops = [5, 4, 4.5, 3, 3.1, 3.2].map(validation => rule.shouldStop({ training: 0, validation }));
    assert.deepEqual(stops, [false, false, false, false, false, true]);
  });

  it('follows Prechelt, epoch by epoch as worked out by hand', () => {
    const rule = new Prechelt();
    rule.begin(UNTRAINED);
    for (const [i, { training, validation, gl, progress, stop }] of TABLE.entries()) {
      assert.equal(rule.shouldStop({ training, validation }), stop, `epoch ${i + 1}`);
      assert.ok(Math.abs(rule.generalizationLoss - gl) < 1e-6, `GL of epoch ${i + 1}: ${rule.generalizationLoss}`);
      const same = rule.progress === progress || Math.abs(rule.progress - progress) < 1e-6;
      assert.ok(same, `P of epoch ${i + 1}: ${rule.progress}`);
    }
  });

  it('takes the untrained network as the best so far, for Prechelt', () => {
    const rule = new Prechelt();
    rule.begin(10);
    rule.shouldStop({ training: 1, validation: 13.5 });
    assert.ok(Math.abs(rule.generalizationLoss - 35) < 1e-9);
  });

  it('stops after the fifth epoch at the earliest, when training does not get on at all', () => {
    const rule = new Prechelt();
    const stops = [1, 1, 1, 1, 1].map(loss => rule.shouldStop({ training: loss, validation: loss }));
    assert.deepEqual(stops, [false, false, false, false, true]);
  });

  it('goes on where nothing was chosen, and where losses are no numbers', () => {
    const none = stoppingRule('none');
    const prechelt = stoppingRule('prechelt');
    for (let epoch = 1; epoch <= 20; epoch++) {
      assert.equal(none.shouldStop({ training: 1, validation: 1 }), false);
      assert.equal(prechelt.shouldStop({ training: Number.NaN, validation: Number.NaN }), false);
    }
  });
});
