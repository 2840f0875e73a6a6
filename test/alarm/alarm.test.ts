import assert from 'node:assert/strict';
import { type AlarmMemory, type AlarmSettings, INITIAL_ALARM, parseVotes, stepAlarm } from '#src/alarm/alarm';

const SIMPLE: AlarmSettings = { votes: 1, window: 1, hysteresis: 0, holdOffSeconds: 0, notify: 'every' };

/**
 * One letter per score: A or a for anomaly, N or n for normal; capital where it is told. Scores come a second apart.
 */
function run(settings: Partial<AlarmSettings>, threshold: number, scores: number[]): string {
  let memory: AlarmMemory = INITIAL_ALARM;
  const letters = scores.map((score, second) => {
    const step = stepAlarm(memory, { ...SIMPLE, ...settings }, score, threshold, second * 1000);
    memory = step.memory;
    const letter = memory.state === 'anomaly' ? 'a' : 'n';
    return step.tell ? letter.toUpperCase() : letter;
  });
  return letters.join('');
}

describe('alarm', () => {
  it('is an anomaly above the threshold, not at it', () => {
    assert.equal(run({}, 2, [1, 2, 2.001, 3, 2]), 'NNAAN');
  });

  it('needs m of the last n scores, from the first score on', () => {
    assert.equal(run({ votes: 2, window: 3 }, 2, [3, 1, 3, 1, 1, 3, 3, 3, 1, 3, 1, 1]), 'NNANNNAAAANN'.slice(0, 12));
    assert.equal(run({ votes: 3, window: 3 }, 2, [3, 3, 1, 3, 3, 3, 1]), 'NNNNNAN');
    assert.equal(run({ votes: 2, window: 2 }, 2, [3]), 'N');
  });

  it('ends only below threshold · (1 − hysteresis)', () => {
    assert.equal(run({ hysteresis: 0.25 }, 4, [3.5, 4.5, 3.5, 3.01, 3, 3.5, 4.1]), 'NAAANNA');
    assert.equal(run({ hysteresis: 0 }, 4, [4.5, 3.9, 4.5]), 'ANA');
  });

  it('has its hysteresis below a negative threshold as well', () => {
    assert.equal(run({ hysteresis: 0.5 }, -4, [-3, -5, -5.9, -6.1, -5]), 'AAANN');
  });

  it('counts with votes and hysteresis together', () => {
    assert.equal(run({ votes: 2, window: 3, hysteresis: 0.5 }, 4, [5, 5, 3, 3, 1, 1, 3, 3]), 'NAAAANNN');
  });

  it('tells only changes where so wished, and nothing at the start', () => {
    assert.equal(run({ notify: 'change' }, 2, [1, 1, 3, 3, 1, 1, 3]), 'nnAaNnA');
    assert.equal(run({ notify: 'change' }, 2, [3, 3]), 'Aa');
  });

  it('tells no second anomaly within the hold-off', () => {
    assert.equal(run({ holdOffSeconds: 3 }, 2, [3, 3, 1, 3, 3, 3, 3]), 'AaNAaaA');
  });

  it('tells after the hold-off an anomaly that began within it and still lasts', () => {
    assert.equal(run({ holdOffSeconds: 5, notify: 'change' }, 2, [3, 1, 1, 3, 3, 3, 3, 1]), 'ANnaaAaN');
  });

  it('does not tell the end of an anomaly that was not told', () => {
    assert.equal(run({ holdOffSeconds: 5, notify: 'change' }, 2, [3, 1, 3, 1, 1, 1, 3]), 'ANannnA');
  });

  it('leaves the memory it was given alone', () => {
    const before = JSON.stringify(INITIAL_ALARM);
    stepAlarm(INITIAL_ALARM, SIMPLE, 9, 1, 0);
    assert.equal(JSON.stringify(INITIAL_ALARM), before);
  });
});

describe('votes', () => {
  it('are read as m of n, or m in a row', () => {
    assert.deepEqual(parseVotes('2/3'), { votes: 2, window: 3 });
    assert.deepEqual(parseVotes(' 3 / 5 '), { votes: 3, window: 5 });
    assert.deepEqual(parseVotes('2'), { votes: 2, window: 2 });
  });

  it('are refused otherwise', () => {
    for (const text of ['', '0/1', '3/2', '1/', '/2', 'a/b', '1/2/3', '-1/2', '1.5/2', '1/1000']) {
      assert.equal(parseVotes(text), undefined, text);
    }
  });
});
