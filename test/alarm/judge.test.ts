import assert from 'node:assert/strict';
import type { AlarmSettings } from '#src/alarm/alarm';
import { type Baseline, Judge, type Judgement, MAX_TOPICS } from '#src/alarm/judge';
import { RecentTopics } from '#src/alarm/recent-topics';
import { describeScores } from '#src/stats/distribution';

const ALARM: AlarmSettings = { votes: 1, window: 1, hysteresis: 0, holdOffSeconds: 0, notify: 'every' };
const RULE = { method: 'mean-std', k: 2 } as const;

const stateOf = (judgement: Judgement) => (judgement.kind === 'decision' ? judgement.state : judgement.kind);
const baseline = (id: string, ...scores: number[]): Baseline => ({ id, scores: describeScores(scores) });

describe('judge', () => {
  it('learns the first scores of a topic and then holds the others against them', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 8 });
    const learning = [2, 4, 4, 4, 5, 5, 7, 9].map(score => judge.judge('a', score, RULE, undefined, 0));
    assert.deepEqual(learning[2], { kind: 'learning', learnt: 3, of: 8 });
    assert.deepEqual(learning[7], { kind: 'learning', learnt: 8, of: 8 });
    const decision = judge.judge('a', 9.1, RULE, undefined, 0);
    assert.equal(stateOf(decision), 'anomaly');
    assert.equal(decision.kind === 'decision' && decision.threshold.value, 9);
    assert.equal(stateOf(judge.judge('a', 9, RULE, undefined, 0)), 'normal');
  });

  it('keeps topics apart', () => {
    const judge = new Judge({ alarm: { ...ALARM, votes: 2, window: 2 }, learnCount: 2 });
    const rule = { method: 'manual', value: 1 } as const;
    const states = ['a', 'b', 'a', 'b'].map(topic =>
      stateOf(judge.judge(topic, topic === 'a' ? 5 : 0, rule, undefined, 0)),
    );
    assert.deepEqual(states, ['normal', 'normal', 'anomaly', 'normal']);
  });

  it('keeps thresholds learnt by topics apart', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 2 });
    for (const [topic, score] of [
      ['quiet', 1],
      ['quiet', 1],
      ['loud', 100],
      ['loud', 100],
    ] as const) {
      judge.judge(topic, score, RULE, undefined, 0);
    }
    assert.equal(stateOf(judge.judge('quiet', 50, RULE, undefined, 0)), 'anomaly');
    assert.equal(stateOf(judge.judge('loud', 50, RULE, undefined, 0)), 'normal');
    assert.equal(stateOf(judge.judge('quiet', 50, RULE, undefined, 0)), 'anomaly');
  });

  it('forgets a topic, or all, when asked to', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 1 });
    for (const topic of ['a', 'b', 'c']) judge.judge(topic, 1, RULE, undefined, 0);
    judge.reset('a');
    assert.equal(stateOf(judge.judge('a', 5, RULE, undefined, 0)), 'learning');
    assert.equal(stateOf(judge.judge('b', 5, RULE, undefined, 0)), 'anomaly');
    judge.reset();
    assert.equal(stateOf(judge.judge('c', 5, RULE, undefined, 0)), 'learning');
  });

  it('holds a threshold that was set for a topic, or for all, against whatever the rule says', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 2 });
    const known = baseline('model', 1, 1);
    const limits = (...topics: string[]) =>
      topics.map(topic => {
        const decision = judge.judge(topic, 5, RULE, known, 0);
        assert.ok(decision.kind === 'decision');
        return [decision.method, decision.threshold.value];
      });
    judge.setThreshold(7, 'a');
    assert.deepEqual(limits('a', 'b'), [
      ['manual', 7],
      ['mean-std', 1],
    ]);
    judge.setThreshold(6);
    assert.deepEqual(limits('a', 'b', 'new'), [
      ['manual', 6],
      ['manual', 6],
      ['manual', 6],
    ]);
    judge.setThreshold(4, 'b');
    assert.deepEqual(limits('a', 'b'), [
      ['manual', 6],
      ['manual', 4],
    ]);
    judge.setThreshold(undefined, 'b');
    assert.deepEqual(limits('b'), [['manual', 6]]);
    judge.setThreshold(undefined);
    assert.deepEqual(limits('a', 'b'), [
      ['mean-std', 1],
      ['mean-std', 1],
    ]);
  });

  it('decides by a threshold that was set instead of learning, and learns on where it stopped', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 2 });
    const step = (score: number) => stateOf(judge.judge('a', score, RULE, undefined, 0));
    assert.equal(step(1), 'learning');
    judge.setThreshold(3, 'a');
    assert.deepEqual([step(2), step(4)], ['normal', 'anomaly']);
    judge.setThreshold(undefined, 'a');
    assert.deepEqual([step(1), step(1.5)], ['learning', 'anomaly']);
  });

  it('forgets thresholds that were set when asked to forget', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 1 });
    const rule = { method: 'manual', value: 10 } as const;
    const step = (topic: string) => stateOf(judge.judge(topic, 5, rule, undefined, 0));
    judge.setThreshold(1);
    judge.setThreshold(2, 'a');
    judge.reset('a');
    assert.deepEqual([step('a'), step('b')], ['anomaly', 'anomaly'], 'the one for all still holds');
    judge.reset();
    assert.deepEqual([step('a'), step('b')], ['normal', 'normal']);
  });

  it('does not let scores of two model versions vote together, but keeps the state told', () => {
    const judge = new Judge({ alarm: { ...ALARM, votes: 2, window: 2, notify: 'change' }, learnCount: 1 });
    const [old, next] = [baseline('version 1', 1, 1), baseline('version 2', 10, 10)];
    assert.equal(stateOf(judge.judge('', 5, RULE, old, 0)), 'normal');
    assert.equal(stateOf(judge.judge('', 50, RULE, next, 0)), 'normal', 'one vote of the new version');
    const decision = judge.judge('', 50, RULE, next, 0);
    assert.equal(stateOf(decision), 'anomaly');
    assert.ok(decision.kind === 'decision' && decision.tell && decision.threshold.value === 10);
  });

  it('refuses scores that are not finite without counting them', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 2 });
    judge.judge('', 1, RULE, undefined, 0);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => judge.judge('', bad, RULE, undefined, 0), { name: 'UserError', code: 'not-finite' });
    }
    assert.deepEqual(judge.judge('', 1, RULE, undefined, 0), { kind: 'learning', learnt: 2, of: 2 });
  });

  it('remembers a bounded number of topics and counts those dropped', () => {
    const judge = new Judge({ alarm: ALARM, learnCount: 1 });
    for (let i = 0; i < MAX_TOPICS; i++) judge.judge(`topic ${i}`, 1, RULE, undefined, 0);
    assert.equal(judge.droppedTopics, 0);
    judge.judge('topic 0', 1, RULE, undefined, 0);
    judge.judge('one more', 1, RULE, undefined, 0);
    assert.equal(judge.droppedTopics, 1);
    assert.equal(stateOf(judge.judge('topic 0', 5, RULE, undefined, 0)), 'anomaly', 'used a moment ago');
    assert.equal(stateOf(judge.judge('topic 1', 5, RULE, undefined, 0)), 'learning', 'unused longest');
  });
});

describe('recent topics', () => {
  it('forget what was used longest ago', () => {
    const topics = new RecentTopics<number>(2);
    topics.set('a', 1);
    topics.set('b', 2);
    topics.get('a');
    topics.set('c', 3);
    assert.deepEqual([topics.get('a'), topics.get('b'), topics.get('c')], [1, undefined, 3]);
    assert.equal(topics.size, 2);
    assert.equal(topics.dropped, 1);
  });
});
