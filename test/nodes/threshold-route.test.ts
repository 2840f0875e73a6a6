// What the dialog of a threshold node is told while its fields change: the node's own rule on the model's scores, and
// the last scores replayed. The route itself is tried in routes.test.ts, the dialog in test/browser.
import assert from 'node:assert/strict';
import type { ModelSummary } from '#nodes/shared/audio-model-node';
import { previewThreshold } from '#nodes/threshold/threshold-route';
import { thresholdOf } from '#src/alarm/threshold-rules';
import { liveState } from '#src/live/live-state';
import type { Message } from '#src/messages';
import { describeScores } from '#src/stats/distribution';
import { frontEnd } from '../support/spectrograms';

const rl = describeScores(Array.from({ length: 200 }, (_, i) => i / 100));
const kl = describeScores([10, 20, 30]);
const SUMMARY = {
  ...{
    id: 'previewed',
    name: 'pump',
    version: 3,
    file: '',
    checksum: 'third',
    frames: 63,
    scores: { rl, kl, total: rl },
  },
  frontEnd: frontEnd([128, 63]),
} as ModelSummary;

const scored = (score: number, sequence: number, model: string): void => {
  const audio = { sampleRate: 16_000, samples: 8000, seconds: 0.5, startedAt: 0, source: 's', sequence, overruns: 0 };
  liveState.scored(SUMMARY.id, { kind: 'rl', model }, score, { payload: 0, audio } as Message);
};

describe('the preview of a threshold', () => {
  it('is the line of each method, with what lies above it', async () => {
    const manual = await previewThreshold(SUMMARY, { method: 'manual', value: '1.5' });
    assert.deepEqual(manual.threshold, { value: 1.5, extrapolated: false });
    assert.deepEqual([manual.above, manual.normal.count], [49, 200]);
    const sigma = await previewThreshold(SUMMARY, { method: 'mean-std', deviations: '1' });
    assert.equal(sigma.threshold.value, thresholdOf({ method: 'mean-std', k: 1 }, rl).value);
    const percentile = await previewThreshold(SUMMARY, { method: 'percentile', percentile: '90' });
    assert.deepEqual([percentile.above, percentile.extrapolated], [20, false]);
    const other = await previewThreshold(SUMMARY, { method: 'percentile', percentile: '50', kind: 'kl' });
    assert.deepEqual([other.threshold.value, other.normal.count], [20, 3]);
  });

  it('foretells what the false-alarm budget allows, by the length of the pictures until something was scored', async () => {
    const { perDay, everySeconds } = await previewThreshold(SUMMARY, { method: 'budget', perDay: '7' });
    assert.equal(everySeconds, (63 * 512) / 16_000);
    assert.ok(Math.abs(perDay! - 7) < 1e-6, `${perDay} a day`);
    const slow = await previewThreshold(SUMMARY, { method: 'budget', perDay: '72', everySeconds: '600' });
    assert.equal(slow.everySeconds, 600);
    assert.ok(Math.abs(slow.perDay! - 72) <= 144 / 200, `${slow.perDay} a day`);
  });

  it('replays the scores of this model and kind only', async () => {
    for (let i = 0; i < 5; i++) scored(9, i, 'second');
    [1, 9, 9, 1, 9, 1].forEach((score, i) => {
      scored(score, 10 + i, 'third');
    });
    const fields = { method: 'manual', value: '5' };
    const { recent, everySeconds } = await previewThreshold(SUMMARY, fields);
    assert.deepEqual([recent.scores, recent.alarms, recent.told, everySeconds], [6, 2, 3, 0.5]);
    assert.ok(Math.abs(recent.since - Date.now()) < 10_000);
    const voted = await previewThreshold(SUMMARY, { ...fields, votes: '2/2' });
    assert.deepEqual([voted.recent.alarms, voted.recent.told], [1, 1]);
    assert.equal((await previewThreshold(SUMMARY, { ...fields, kind: 'kl' })).recent.scores, 0);
    assert.equal((await previewThreshold({ ...SUMMARY, checksum: 'trained anew' }, fields)).recent.scores, 0);
  });

  it('says what is wrong with a field', async () => {
    const wrong: [object, string][] = [
      [{ method: 'mean-std', deviations: 'two' }, 'config'],
      [{ method: 'manual', value: '' }, 'config'],
      [{ votes: '3/2' }, 'config'],
      [{ kind: 'loss' }, 'config'],
      [{ method: ['mean-std', 'manual'] }, 'config'],
      [{ method: 'budget', kind: 'kl' }, 'too-few-scores'],
    ];
    for (const [fields, code] of wrong) {
      await assert.rejects(previewThreshold(SUMMARY, fields), { name: 'UserError', code }, JSON.stringify(fields));
    }
  });
});
