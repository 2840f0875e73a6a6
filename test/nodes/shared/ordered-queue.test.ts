// The queue that keeps messages in order: order, limits, what is given up and who is told.
import assert from 'node:assert/strict';
import { OrderedQueue } from '#nodes/shared/ordered-queue';

/** A job that ends when told to. */
function job(log: string[], name: string) {
  let finish: (error?: Error) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    finish = error => (error ? reject(error) : resolve());
  });
  const run = async () => {
    log.push(`${name} starts`);
    await ended;
    log.push(`${name} ends`);
  };
  return { run, finish: (error?: Error) => finish(error) };
}

describe('the ordered queue', () => {
  it('runs one job at a time, in the order they came', async () => {
    const queue = new OrderedQueue({ jobs: 10, bytes: 1000 }, 'segment');
    const log: string[] = [];
    const jobs = ['a', 'b', 'c'].map(name => job(log, name));
    const done = jobs.map(({ run }) => queue.add(1, run));
    assert.deepEqual([queue.idle, queue.length], [false, 2]);
    jobs[2].finish();
    jobs[1].finish();
    jobs[0].finish();
    await Promise.all(done);
    assert.deepEqual(log, ['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
    assert.equal(queue.idle, true);
  });

  it('gives a failed job its error and goes on', async () => {
    const queue = new OrderedQueue({ jobs: 10, bytes: 1000 }, 'segment');
    const failed = queue.add(1, () => Promise.reject(new Error('no')));
    const next = queue.add(1, () => Promise.resolve());
    await assert.rejects(failed, /no/);
    await next;
  });

  it('gives up the oldest waiting job beyond the number allowed, counts it and says so', async () => {
    const queue = new OrderedQueue({ jobs: 2, bytes: 2 ** 30 }, 'segment');
    const log: string[] = [];
    const jobs = ['a', 'b', 'c', 'd'].map(name => job(log, name));
    const [a, b, c, d] = jobs.map(({ run }) => queue.add(1, run));
    await assert.rejects(b, {
      code: 'overload',
      message: /this segment was left out.*at most 2 or 1024 MiB.*1 left out/,
    });
    assert.deepEqual([queue.length, queue.dropped], [2, 1]);
    for (const { finish } of jobs) finish();
    await Promise.all([a, c, d]);
    assert.ok(!log.includes('b starts'));
  });

  it('keeps to its bytes, but lets one job wait whatever its size', async () => {
    const queue = new OrderedQueue({ jobs: 10, bytes: 100 }, 'segment');
    const log: string[] = [];
    const jobs = ['a', 'b', 'c'].map(name => job(log, name));
    const a = queue.add(500, jobs[0].run);
    const b = queue.add(500, jobs[1].run);
    assert.equal(queue.dropped, 0);
    const c = queue.add(60, jobs[2].run);
    await assert.rejects(b, { code: 'overload' });
    for (const { finish } of jobs) finish();
    await Promise.all([a, c]);
  });

  it('lets waiting jobs go when it closes, and takes no more', async () => {
    const queue = new OrderedQueue({ jobs: 10, bytes: 100 }, 'segment');
    const log: string[] = [];
    const jobs = ['a', 'b', 'c'].map(name => job(log, name));
    const done = jobs.slice(0, 2).map(({ run }) => queue.add(1, run));
    queue.close();
    await done[1];
    await queue.add(1, jobs[2].run);
    jobs[0].finish();
    await done[0];
    assert.deepEqual(log, ['a starts', 'a ends']);
  });
});
