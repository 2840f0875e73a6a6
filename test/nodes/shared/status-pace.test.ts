import assert from 'node:assert/strict';
import { StatusPace } from '#nodes/shared/status-pace';

describe('the pace of a status', () => {
  it('is two a second, but for what matters and what follows an error', () => {
    let now = 0;
    const pace = new StatusPace(() => now);
    const dueAt = (at: number, matters?: boolean): boolean => {
      now = at;
      return pace.isDue(matters);
    };
    assert.deepEqual([dueAt(0), dueAt(499), dueAt(500), dueAt(600)], [true, false, true, false]);
    assert.deepEqual([dueAt(700, true), dueAt(1100), dueAt(1200)], [true, false, true]);
    pace.startOver();
    assert.deepEqual([dueAt(1201), dueAt(1202)], [true, false]);
  });
});
