// Short tasks in the threads that all share: how many there are, whose turn it is, and what one task's trouble is to
// another: nothing.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from '#src/threads/pool';
import type { Lane } from '#src/threads/short-task';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';
import { type Answer, type Order, tasks } from './tasks';

type TestLane = Lane<Order, Answer, number>;

describe('the pool of threads', () => {
  const lanes: { close(): void }[] = [];
  const pools: Pool[] = [];

  function poolOf(size: number): Pool {
    const pool = new Pool(size);
    pools.push(pool);
    return pool;
  }
  function laneOf(pool: Pool, task = tasks.quickTask): TestLane {
    const lane = task.lane(pool);
    lanes.push(lane);
    return lane;
  }
  const ask = (lane: TestLane, how: Order['how'], more: Partial<Order> = {}) =>
    lane.ask(() => ({ order: { how, ...more } }));

  afterEach(async () => {
    for (const lane of lanes.splice(0)) lane.close();
    for (const pool of pools.splice(0)) await pool.end();
  });

  it('starts threads as they are needed and never more than its size', async () => {
    const pool = poolOf(2);
    assert.equal(pool.threads.length, 0);
    const all = Array.from({ length: 12 }, () => laneOf(pool));
    assert.equal(pool.threads.length, 0, 'who gives no orders costs no thread');
    await ask(all[0], 'answer');
    await ask(all[1], 'answer');
    assert.equal(pool.threads.length, 1, 'one is enough for one after the other');
    const answers = await Promise.all(all.map(lane => ask(lane, 'block', { milliseconds: 20 })));
    assert.equal(pool.threads.length, 2);
    assert.equal(new Set(answers.map(({ threadId }) => threadId)).size, 2);
  });

  it('keeps what a task has loaded', async () => {
    const pool = poolOf(1);
    const lane = tasks.countingTask.lane(pool);
    lanes.push(lane);
    for (let i = 0; i < 3; i++) assert.equal(await lane.ask(() => ({ order: undefined })), 1);
  });

  it('answers the orders of a lane in their order, one after the other', async () => {
    const pool = poolOf(4);
    const lane = laneOf(pool);
    const answered: string[] = [];
    const orders = Array.from({ length: 8 }, (_, i) =>
      ask(lane, i % 2 === 0 ? 'block' : 'answer', { text: String(i), milliseconds: 10 - i }).then(() =>
        answered.push(String(i)),
      ),
    );
    await Promise.all(orders);
    assert.deepEqual(answered, ['0', '1', '2', '3', '4', '5', '6', '7']);
    assert.equal(pool.threads.length, 1);
  });

  it('hands over memory in both directions', async () => {
    const lane = tasks.memoryTask.lane(poolOf(1));
    lanes.push(lane);
    const order = Float32Array.of(1, 2, 3);
    const answer = await lane.ask(() => ({ order, transfer: [order.buffer] }));
    assert.deepEqual([...answer], [2, 4, 6]);
    assert.equal(order.length, 0, 'it went to the thread');
  });

  it('tells of progress', async () => {
    const told: number[] = [];
    const lane = laneOf(poolOf(1));
    await lane.ask(() => ({ order: { how: 'tell' } }), { onEvent: part => told.push(part) });
    assert.deepEqual(told, [0.25, 0.5, 0.75]);
  });

  it('brings errors across: a user’s with its code, ours with its stack, and goes on', async () => {
    const lane = laneOf(poolOf(1));
    await assert.rejects(ask(lane, 'refuse'), {
      name: 'UserError',
      code: 'folder',
      message: 'this is what is wrong and what to do.',
      stack: /tasks\.cjs/,
    });
    await assert.rejects(ask(lane, 'fail'), { message: 'a defect of ours', stack: /tasks\.cjs/ });
    await assert.rejects(ask(lane, 'throw-text'), { message: 'just words' });
    assert.equal((await ask(lane, 'answer', { text: 'still here' })).text, 'still here');
  });

  for (const [how, why] of [
    ['die', 'it ended with exit code 7'],
    ['burst', 'out of luck'],
  ] as const) {
    it(`replaces a thread that dies (${why}); only its task fails`, async () => {
      const pool = poolOf(2);
      const [first, second] = [laneOf(pool), laneOf(pool)];
      const [fate, other] = await Promise.allSettled([ask(first, how), ask(second, 'block', { milliseconds: 50 })]);
      assert.equal(other.status, 'fulfilled');
      assert.equal(fate.status, 'rejected');
      const { code, message } = (fate as PromiseRejectedResult).reason as { code: string; message: string };
      assert.equal(code, 'thread-failed');
      assert.equal(
        message,
        `the thread that does as it is told failed: ${why}. This segment was left out; the next one gets a new thread.`,
      );
      assert.equal((await ask(first, 'answer', { text: 'again' })).text, 'again');
    });
  }

  it('ends what a closed lane is at, even where it never would, and leaves the others alone', async () => {
    const pool = poolOf(1);
    const marker = join(tempFolder('pool'), 'begun');
    const [stuck, other] = [laneOf(pool), laneOf(pool)];
    const fates = Promise.allSettled([ask(stuck, 'mark', { text: marker }), ask(stuck, 'answer')]);
    const waiting = ask(other, 'answer', { text: 'mine' });
    await until('the work to begin', () => existsSync(marker));
    stuck.close();
    for (const fate of await fates) {
      assert.equal(((fate as PromiseRejectedResult).reason as { code: string }).code, 'closed');
    }
    await assert.rejects(ask(stuck, 'answer'), { code: 'closed' });
    assert.equal((await waiting).text, 'mine');
  });

  it('cancels what a lane has asked for, and takes its next orders', async () => {
    const lane = laneOf(poolOf(1));
    const fates = Promise.allSettled([ask(lane, 'until-cancelled'), ask(lane, 'answer')]);
    await new Promise(setImmediate);
    lane.cancel();
    for (const fate of await fates) {
      assert.equal(((fate as PromiseRejectedResult).reason as { code: string }).code, 'cancelled');
    }
    assert.equal((await ask(lane, 'answer', { text: 'after' })).text, 'after');
  });

  it('lets quick tasks pass slow ones, which never take all threads', async () => {
    const pool = poolOf(2);
    const slow = Array.from({ length: 4 }, () => laneOf(pool, tasks.slowTask));
    const quick = laneOf(pool);
    const order: string[] = [];
    const done = [
      ...slow.map(lane => ask(lane, 'block', { milliseconds: 100 }).then(() => order.push('slow'))),
      ask(quick, 'answer').then(() => order.push('quick')),
    ];
    await Promise.all(done);
    assert.equal(order[0], 'quick');
    assert.equal(order.length, 5);
  });

  it('prefers the thread where something is loaded, but waits for none while another is idle', async () => {
    const pool = poolOf(2);
    const [one, two] = [laneOf(pool), laneOf(pool)];
    const near = (lane: TestLane, key: string, how: Order['how'] = 'answer') =>
      lane.ask(() => ({ order: { how, milliseconds: 100 } }), { near: key });
    const [a, b] = await Promise.all([near(one, 'a', 'block'), near(two, 'b', 'block')]);
    assert.notEqual(a.threadId, b.threadId);
    for (let i = 0; i < 3; i++) {
      assert.equal((await near(one, 'a')).threadId, a.threadId);
      assert.equal((await near(one, 'b')).threadId, b.threadId);
    }
    const [busy, elsewhere] = await Promise.all([near(one, 'a', 'block'), near(two, 'a')]);
    assert.deepEqual([busy.threadId, elsewhere.threadId], [a.threadId, b.threadId]);
  });
});
