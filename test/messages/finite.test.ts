// Guards of the message contract that read every value.
import assert from 'node:assert/strict';
import { assertFinite } from '#src/messages';

describe('finding values that are not finite', () => {
  it('passes all finite numbers, the largest and smallest float32 included', () => {
    assertFinite(new Float32Array(0), 'sample');
    assertFinite(Float32Array.of(0, -0, 3.4e38, -3.4e38, 1e-45, -1), 'sample');
    assertFinite(new Float32Array(10_003).fill(-3.4e38), 'sample');
  });

  it('names the first one, wherever it is', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let i = 0; i < 11; i++) {
        const values = new Float32Array(11).fill(1);
        values[i] = bad;
        values[10] = Math.min(values[10], Number.NaN);
        assert.throws(() => assertFinite(values, 'sample'), {
          name: 'UserError',
          code: 'not-finite',
          message: new RegExp(`^sample ${i} of 11 is ${i === 10 ? Number.NaN : bad}; expected finite numbers`),
        });
      }
    }
  });

  it('is not misled by infinities that cancel each other', () => {
    const values = Float32Array.of(Number.POSITIVE_INFINITY, 0, 0, 0, Number.NEGATIVE_INFINITY, 0, 0, 0);
    assert.throws(() => assertFinite(values, 'value'), { message: /^value 0 of 8 is Infinity/ });
  });
});
