import assert from 'node:assert/strict';
import { type AlarmSettings, INITIAL_ALARM, stepAlarm } from '#src/alarm/alarm';
import { replayScores } from '#src/alarm/replay';
import { ScoreHistory } from '#src/alarm/score-history';

const SETTINGS: AlarmSettings = { votes: 1, window: 1, hysteresis: 0, holdOffSeconds: 0, notify: 'every' };

/** One score every two seconds. */
function historyOf(scores: number[], limit?: number): ScoreHistory {
  const history = new ScoreHistory(limit);
  scores.forEach((score, i) => {
    history.add({ at: 1e12 + 2000 * i, score, threshold: Number.NaN, verdict: 'none' });
  });
  return history;
}

describe('a replay of the last scores', () => {
  const history = historyOf([0, 2, 2, 0, 2, 0, 0, 2, 2, 2]);

  it('counts alarms, and the messages that they would have brought', async () => {
    assert.deepEqual(await replayScores(history, 0, 1, SETTINGS), { scores: 10, seconds: 18, alarms: 3, told: 6 });
    const change = await replayScores(history, 0, 1, { ...SETTINGS, notify: 'change' });
    assert.deepEqual([change.alarms, change.told], [3, 3]);
    const heldOff = await replayScores(history, 0, 1, { ...SETTINGS, holdOffSeconds: 5 });
    assert.deepEqual([heldOff.alarms, heldOff.told], [3, 3]);
    const voted = await replayScores(history, 0, 1, { ...SETTINGS, votes: 2, window: 2 });
    assert.deepEqual([voted.alarms, voted.told], [2, 3]);
  });

  it('starts where it is told, with a state of normal', async () => {
    assert.deepEqual(await replayScores(history, 8, 1, SETTINGS), { scores: 2, seconds: 2, alarms: 1, told: 2 });
    assert.deepEqual(await replayScores(history, 10, 1, SETTINGS), { scores: 0, seconds: 0, alarms: 0, told: 0 });
  });

  it('takes the very steps of the alarm, also with the widest vote over a full history, and holds up nobody', async function () {
    this.timeout(20_000);
    let seed = 7;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const full = historyOf(Array.from({ length: 3000 }, random), 2500);
    const settings: AlarmSettings = { votes: 300, window: 999, hysteresis: 0.1, holdOffSeconds: 60, notify: 'every' };
    let memory = INITIAL_ALARM;
    let [alarms, told] = [0, 0];
    for (let index = full.start; index < full.end; index++) {
      const { at, score } = full.entry(index);
      const step = stepAlarm(memory, settings, score, 0.7, at);
      if (step.memory.state === 'anomaly' && memory.state === 'normal') alarms++;
      if (step.memory.state === 'anomaly' && step.tell) told++;
      memory = step.memory;
    }
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    const replayed = await replayScores(full, 0, 0.7, settings);
    clearInterval(count);
    assert.deepEqual([replayed.scores, replayed.alarms, replayed.told], [2500, alarms, told]);
    assert.ok(alarms > 0 && turns > 3, `${alarms} alarms, ${turns} turns of the event loop meanwhile`);
  });
});
