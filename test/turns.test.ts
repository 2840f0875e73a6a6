// Work in turns: nothing overlaps, and a failure is its asker's alone.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '#src/turns';

describe('turns', () => {
  it('do one piece of work after the other, in the order asked for', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} starts`);
      await setImmediate();
      log.push(`${name} ends`);
      return name;
    };
    assert.deepEqual(await Promise.all(['a', 'b'].map(name => turns.take(work(name)))), ['a', 'b']);
    assert.deepEqual(log, ['a starts', 'a ends', 'b starts', 'b ends']);
  });

  it('go on after a failure, which is told to who asked', async () => {
    const turns = new Turns();
    const failed = turns.take(() => {
      throw new Error('broken');
    });
    const next = turns.take(() => 'whole');
    await assert.rejects(failed, /broken/);
    assert.equal(await next, 'whole');
  });

  it('say how many are under way or waiting, and when all are over', async () => {
    const turns = new Turns();
    const failed = assert.rejects(turns.take(() => Promise.reject(new Error('broken'))));
    void turns.take(() => setImmediate());
    assert.equal(turns.size, 2);
    await turns.over();
    assert.equal(turns.size, 0);
    await failed;
  });
});
