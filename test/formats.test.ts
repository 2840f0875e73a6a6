import assert from 'node:assert/strict';
import { clockTime, decibels, formatScore, spaced } from '#src/formats';

describe('formats of numbers', () => {
  it('shows a score with three digits that count', () => {
    const shown = {
      0: '0',
      0.0205: '0.0205',
      1.5: '1.50',
      99.94: '99.9',
      2314.6: '2315',
      0.0000031: '3.10e-6',
      2e9: '2.00e+9',
    };
    for (const [value, text] of Object.entries(shown)) assert.equal(formatScore(Number(value)), text);
    assert.equal(formatScore(-0.5), '-0.500');
  });

  it('parts thousands by a narrow space, which no language takes for a decimal point', () => {
    assert.equal(spaced(2_763_073), '2\u202f763\u202f073');
    assert.equal(spaced(11_025.4), '11\u202f025.4');
    assert.equal(spaced(1234, { maximumSignificantDigits: 2 }), '1\u202f200');
    assert.equal(spaced(999), '999');
  });

  it('writes decibels with a true minus sign, and silence', () => {
    assert.deepEqual([-43.4, 0, null].map(decibels), ['−43 dB', '0 dB', '−∞ dB']);
  });

  it('tells the time of day', () => {
    const time = new Date(2026, 0, 2, 3, 4, 5);
    assert.deepEqual([clockTime(time), clockTime(time, false)], ['03:04:05', '03:04']);
  });
});
