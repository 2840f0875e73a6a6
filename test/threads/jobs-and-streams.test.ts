// Long tasks and streams: a thread of their own, that tells how far it is, ends when it is asked to and dies alone.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Stream } from '#src/threads/stream-task';
import { tempFolder } from '../support/temp';
import { until, within } from '../support/wait';
import { type Counted, tasks } from './tasks';

describe('a long task', () => {
  it('tells of its progress and comes to a result', async () => {
    const told: number[] = [];
    const job = tasks.longTask.start({ how: 'tell' }, part => told.push(part));
    assert.equal((await job.result)?.text, 'told');
    assert.deepEqual(told, [0.25, 0.5, 0.75]);
    await job.cancel();
  });

  it('stops by itself when it is cancelled', async () => {
    const job = tasks.longTask.start({ how: 'until-cancelled' });
    await within(10_000, 'end', job.cancel());
    assert.equal(await job.result, undefined);
  });

  it('is ended where it does not stop by itself', async () => {
    const text = join(tempFolder('job'), 'begun');
    const job = tasks.longTask.start({ how: 'mark', text });
    await until('the work to begin', () => existsSync(text));
    await within(10_000, 'end', job.cancel());
    assert.equal(await job.result, undefined);
  });

  it('fails with what its work throws, and where its thread dies', async () => {
    await assert.rejects(tasks.longTask.start({ how: 'refuse' }).result, { name: 'UserError', code: 'folder' });
    await assert.rejects(tasks.longTask.start({ how: 'fail' }).result, { stack: /tasks\.cjs/ });
    await assert.rejects(tasks.longTask.start({ how: 'burst' }).result, {
      code: 'thread-failed',
      message: /does as it is told failed: out of luck\. Nothing was saved/,
    });
    const job = tasks.longTask.start({ how: 'die' });
    await assert.rejects(job.result, { code: 'thread-failed' });
    await job.cancel();
  });
});

describe('a stream', () => {
  const open = (order: { count: number; bytes?: number; failAt?: number; dieAt?: number }) => {
    const progress = new SharedArrayBuffer(4);
    const stream = tasks.countTask.open({ bytes: 1, ...order, progress });
    return { stream, made: () => Atomics.load(new Int32Array(progress), 0) };
  };
  const readAll = async (stream: Stream<Counted>): Promise<number[]> => {
    const seen: number[] = [];
    try {
      for await (const { i } of stream) seen.push(i);
    } finally {
      await stream.close();
    }
    return seen;
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

  it('gives every event in order', async () => {
    assert.deepEqual(await readAll(open({ count: 200 }).stream), upTo(200));
    assert.deepEqual(await readAll(open({ count: 0 }).stream), []);
  });

  for (const [what, bytes, ahead] of [
    ['events', 1, 4],
    ['bytes', 20 * 2 ** 20, 2],
  ] as const) {
    it(`is read only so many ${what} ahead of its reader`, async () => {
      const { stream, made } = open({ count: 100, bytes });
      let read = 0;
      for await (const { memory } of stream) {
        assert.equal(memory.byteLength, bytes);
        if (++read === 10) break;
        // Those on their way, the one just read, and the one that waits to be sent.
        assert.ok(made() <= read + ahead + 1, `${made()} made, ${read} read`);
        await new Promise(resolve => setTimeout(resolve, 5));
      }
      await stream.close();
    });
  }

  it('ends with what its reading throws, after what was read before', async () => {
    const { stream } = open({ count: 10, failAt: 3 });
    const seen: number[] = [];
    await assert.rejects(
      async () => {
        for await (const { i } of stream) seen.push(i);
      },
      { name: 'UserError', code: 'folder', message: 'stopped at 3' },
    );
    assert.deepEqual(seen, [0, 1, 2]);
    await stream.close();
  });

  it('says that its thread died', async () => {
    await assert.rejects(readAll(open({ count: 10, dieAt: 2 }).stream), { code: 'thread-failed' });
  });

  it('ends its iteration when it is closed', async () => {
    const { stream } = open({ count: 1_000_000 });
    let read = 0;
    for await (const _ of stream) if (++read === 5) await stream.close();
    assert.equal(read, 5);
  });
});
