// The ring of scores: what it keeps, and that the browser's copy of it (ui/sidebar/score-store.mjs) is the same.
import assert from 'node:assert/strict';
import { INITIAL_ALARM, parseVotes, stepAlarm } from '#src/alarm/alarm';
import { ScoreHistory, type Verdict } from '#src/alarm/score-history';

interface ScoreStore {
  start: number;
  end: number;
  load(bytes: ArrayBuffer): void;
  update(from: number, entries: [number, number, number | null, string][]): boolean;
  put(index: number, at: number, score: number, threshold: number, verdict: number): void;
  forEach(since: number, callback: (at: number, score: number, threshold: number, verdict: number) => void): void;
}
interface StoreModule {
  ScoreStore: new (limit?: number) => ScoreStore;
  LIMIT: number;
  parseVotes(text: string): { votes: number; window: number };
  countAlarms(
    store: ScoreStore,
    threshold: number,
    settings: { votes: number; window: number; hysteresis: number },
  ): { alarms: number; scores: number; seconds: number };
}

const NOON = Date.UTC(2026, 0, 5, 12);
const entry = (i: number, verdict: Verdict = 'normal') => ({
  at: NOON + 2000 * i,
  score: i / 10,
  threshold: 5,
  verdict,
});
const contents = (store: ScoreStore): number[][] => {
  const all: number[][] = [];
  store.forEach(Number.NEGATIVE_INFINITY, (...values) => all.push(values));
  return all;
};

describe('score history', () => {
  let browser: StoreModule;
  before(async () => {
    browser = (await import('../../ui/sidebar/score-store.mjs' as string)) as StoreModule;
  });

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
    assert.deepEqual(history.entry(index), { ...entry(1), score: Math.fround(0.1), threshold: 7, verdict: 'anomaly' });
  });

  it('reaches the browser whole: snapshot, then events', () => {
    const history = new ScoreHistory(100);
    for (let i = 0; i < 130; i++) history.add(entry(i, i % 3 === 0 ? 'anomaly' : 'normal'));
    const store = new browser.ScoreStore(100);
    const bytes = history.encode();
    store.load(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
    assert.deepEqual([store.start, store.end], [30, 130]);
    assert.deepEqual(contents(store)[0], [NOON + 60_000, 3, 5, 2]);
    assert.equal(
      store.update(129, [
        [NOON, 1, null, 'none'],
        [NOON + 1, 2, 5, 'normal'],
      ]),
      true,
    );
    assert.deepEqual(contents(store).at(-1), [NOON + 1, 2, 5, 1]);
    assert.equal(store.update(140, []), false, 'a gap asks for a new snapshot');
  });

  it('does not grow in the browser either, however many scores come', () => {
    const store = new browser.ScoreStore();
    for (let i = 0; i < 50_000; i++) store.update(i, [[NOON + i, 1, 2, 'normal']]);
    assert.equal(store.end - store.start, browser.LIMIT);
    assert.equal(browser.LIMIT, new ScoreHistory().limit);
  });

  it('counts what another threshold would have raised just as the threshold node does', () => {
    let seed = 7;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    for (const votes of ['1/1', '2', '2/3', '3/5']) {
      for (const hysteresis of [0, 0.1, 0.5]) {
        const settings = { ...parseVotes(votes)!, hysteresis, holdOffSeconds: 0, notify: 'every' as const };
        assert.deepEqual(browser.parseVotes(votes), parseVotes(votes));
        const store = new browser.ScoreStore(600);
        let [memory, alarms] = [INITIAL_ALARM, 0];
        for (let i = 0; i < 600; i++) {
          const score = random();
          store.put(i, NOON + 2000 * i, score, 0.7, 1);
          const step = stepAlarm(memory, settings, Math.fround(score), 0.7, i);
          if (step.memory.state === 'anomaly' && memory.state === 'normal') alarms++;
          memory = step.memory;
        }
        assert.deepEqual(browser.countAlarms(store, 0.7, settings), { alarms, scores: 600, seconds: 1198 }, votes);
      }
    }
  });
});
