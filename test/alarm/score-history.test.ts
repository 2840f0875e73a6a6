// The ring of scores: what it keeps, how it gets to a browser, and what is counted in it.
import assert from 'node:assert/strict';
import { countEpisodes, replayAtOnce, replayScores } from '#src/alarm/replay';
import { HISTORY_LIMIT, type HistoryEntry, ScoreHistory, type Verdict } from '#src/alarm/score-history';

const NOON = Date.UTC(2026, 0, 5, 12);
const entry = (i: number, verdict: Verdict = 'normal'): HistoryEntry => ({
  at: NOON + 2000 * i,
  score: i,
  threshold: 5,
  verdict,
});

/** As an answer brings them. */
const bytesOf = (history: ScoreHistory): ArrayBuffer => history.encode().slice().buffer;

describe('score history', () => {
  it('keeps the newest scores and numbers them through', () => {
    const history = new ScoreHistory(10);
    for (let i = 0; i < 25; i++) history.add(entry(i));
    assert.deepEqual([history.start, history.end], [15, 25]);
    assert.equal(history.entry(15).at, NOON + 30_000);
    assert.equal(history.encode().length, 16 + 10 * 16);
  });

  it('takes in a verdict that comes later, once', () => {
    const history = new ScoreHistory(10);
    const index = history.add({ ...entry(1), threshold: Number.NaN, verdict: 'none' });
    history.judge(index, 7, 'anomaly');
    history.judge(index, 8, 'normal');
    history.judge(99, 8, 'normal');
    assert.deepEqual(history.entry(index), { ...entry(1), threshold: 7, verdict: 'anomaly' });
  });

  it('gives the entries since a time, oldest first', () => {
    const history = new ScoreHistory(10);
    assert.deepEqual([...history.entries()], []);
    for (let i = 0; i < 25; i++) history.add(entry(i));
    assert.equal([...history.entries()].length, 10);
    assert.deepEqual(
      [...history.entries(NOON + 2000 * 22 - 1)].map(({ score }) => score),
      [22, 23, 24],
    );
    assert.deepEqual([...history.entries(NOON + 2000 * 25)], []);
  });

  it('reaches a browser whole: all of it, then what is new', () => {
    const history = new ScoreHistory(100);
    for (let i = 0; i < 130; i++) history.add(entry(i, i % 3 === 0 ? 'anomaly' : 'normal'));
    const copy = new ScoreHistory(100);
    copy.decode(bytesOf(history));
    assert.deepEqual([copy.start, copy.end], [30, 130]);
    assert.deepEqual([...copy.entries()], [...history.entries()]);
    history.add({ ...entry(130), threshold: Number.NaN, verdict: 'none' });
    assert.equal(copy.update(129, history.since(129)), true);
    assert.deepEqual([...copy.entries()], [...history.entries()]);
    assert.equal(copy.update(140, []), false, 'a gap asks for all');
    copy.clear();
    assert.deepEqual([copy.isEmpty, copy.last()], [true, undefined]);
  });

  it('numbers a copy like the original, though it lacks the first entries', () => {
    const history = new ScoreHistory(10);
    for (let i = 0; i < 25; i++) history.add(entry(i));
    const copy = new ScoreHistory(100);
    copy.decode(bytesOf(history));
    assert.deepEqual([copy.start, copy.end], [15, 25]);
    copy.update(25, [[NOON, 1, null, 'none']]);
    assert.deepEqual([copy.start, copy.end], [15, 26]);
    assert.deepEqual(copy.last(), { at: NOON, score: 1, threshold: Number.NaN, verdict: 'none' });
    copy.decode(new ArrayBuffer(0));
    assert.equal(copy.isEmpty, true);
  });

  it('does not grow in a browser either, however many scores come', () => {
    const copy = new ScoreHistory();
    for (let i = 0; i < 50_000; i++) copy.update(i, [[NOON + i, 1, 2, 'normal']]);
    assert.equal(copy.end - copy.start, HISTORY_LIMIT);
  });

  it('counts at once what another threshold would have raised, as in turns', async () => {
    let seed = 7;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const history = new ScoreHistory(600);
    for (let i = 0; i < 700; i++) history.add({ ...entry(i), score: random() });
    const settings = { votes: 3, window: 200, hysteresis: 0.1, holdOffSeconds: 0, notify: 'every' as const };
    const counted = replayAtOnce(history, 0, 0.7, settings);
    assert.ok(counted.scores === 600 && counted.alarms > 0);
    assert.deepEqual(await replayScores(history, 0, 0.7, settings), counted);
  });

  it('counts the episodes there were', () => {
    const history = new ScoreHistory();
    const verdicts: Verdict[] = ['anomaly', 'none', 'anomaly', 'normal', 'none', 'anomaly', 'normal'];
    for (const [i, verdict] of verdicts.entries()) history.add(entry(i, verdict));
    assert.equal(countEpisodes(history), 2);
  });
});
