import assert from 'node:assert/strict';
import { decisionText, fileTime, type SpokenDecision } from '#src/alarm/wording';

const DECISION: SpokenDecision = {
  state: 'anomaly',
  score: 0.0312,
  threshold: { value: 0.0205, text: 'mean + 2·std of 150 normal segments', extrapolated: false },
  votes: 1,
  window: 1,
  time: new Date(2026, 10, 21, 14, 3, 12),
  source: '/home/pi/sounds/motor.wav',
};

describe('decision in words', () => {
  it('names time, source, score and threshold and how that came about', () => {
    assert.equal(
      decisionText(DECISION),
      'Anomaly at 14:03:12 from motor.wav: score 0.0312, 1.5 × the threshold 0.0205 (mean + 2·std of 150 normal segments)',
    );
    assert.equal(
      decisionText({ ...DECISION, state: 'normal', score: 0.0081, source: '' }),
      'Normal at 14:03:12: score 0.00810, 0.4 × the threshold 0.0205 (mean + 2·std of 150 normal segments)',
    );
  });

  it('says how the votes stand where there are several', () => {
    assert.match(decisionText({ ...DECISION, votes: 2, window: 3 }), /, 2 of the last 3 scores count as anomalous$/);
  });

  it('gives no ratio where scores can be negative', () => {
    const threshold = { ...DECISION.threshold, value: -4 };
    assert.match(decisionText({ ...DECISION, score: -3, threshold }), /score -3\.00, above the threshold -4\.00/);
    assert.match(decisionText({ ...DECISION, score: -5, threshold }), /score -5\.00, not above the threshold/);
    assert.match(
      decisionText({ ...DECISION, score: 1, threshold: { ...threshold, value: 0 } }),
      /above the threshold 0 /,
    );
  });

  it('has a form for file names that sorts by time', () => {
    assert.equal(fileTime(new Date(2026, 0, 2, 3, 4, 5)), '20260102-030405');
  });
});
