// The spool: order and values survive the way through memory, file and worker; full disks and crashes leave no mess.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '#src/errors';
import { ExampleSpool, SpoolReader } from '#src/store/example-spool';
import { turnsDuring } from '../support/event-loop';
import { smallDisk } from '../support/small-disk';
import { tempFolder } from '../support/temp';
import { within } from '../support/wait';

const SPOOL_MODULE = createRequire(__filename).resolve('#src/store/example-spool');
const LENGTH = 1000;
const BYTES = LENGTH * 4;

/** Every value tells its picture and its place. */
const picture = (index: number, length = LENGTH): Float32Array =>
  Float32Array.from({ length }, (_, i) => index + i / length);

describe('picture spool', () => {
  let folder: string;
  let spool: ExampleSpool;
  let unmount = () => {};

  beforeEach(() => {
    folder = tempFolder('spool');
  });
  afterEach(async () => {
    await spool?.discard();
    unmount();
    unmount = () => {};
  });

  const open = (pictures: number, options: { queueLimitBytes?: number } = {}) => {
    spool = new ExampleSpool({ folder, exampleLength: LENGTH, memoryLimitBytes: pictures * BYTES, ...options });
    return spool;
  };
  const fill = async (count: number) => {
    for (let i = 0; i < count; i++) await spool.append(picture(i));
  };

  it('keeps all in memory while there is room, and makes no file', async () => {
    open(50);
    await fill(50);
    assert.equal(spool.count, 50);
    assert.deepEqual(readdirSync(folder), []);
    const { chunks } = spool.descriptor();
    assert.equal(
      chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
      50 * BYTES,
    );
  });

  it('gives every picture back in any order, from memory and from the file', async () => {
    open(7);
    await fill(30);
    assert.equal(readdirSync(folder).length, 1);
    const reader = new SpoolReader(spool.descriptor());
    assert.equal(reader.count, 30);
    assert.equal(reader.exampleLength, LENGTH);
    const batch = new Float32Array(2 * LENGTH);
    for (let i = 0; i < 30; i++) {
      const index = (i * 7) % 30;
      reader.read(index, batch, LENGTH);
      assert.deepEqual(batch.subarray(LENGTH), picture(index));
    }
    assert.ok(batch.subarray(0, LENGTH).every(value => value === 0));
    reader.close();
  });

  it('fills several chunks of memory when pictures are many', async () => {
    const length = 300_000; // three to a chunk
    spool = new ExampleSpool({ folder, exampleLength: length, memoryLimitBytes: 5 * length * 4 });
    for (let i = 0; i < 7; i++) await spool.append(picture(i, length));
    const descriptor = spool.descriptor();
    assert.deepEqual(
      descriptor.chunks.map(chunk => chunk.byteLength / (length * 4)),
      [3, 2],
    );
    const reader = new SpoolReader(descriptor);
    const into = new Float32Array(length);
    for (const index of [6, 0, 4, 3, 5, 2, 1]) {
      reader.read(index, into);
      assert.equal(into[0], index);
      assert.equal(into[length - 1], Math.fround(index + (length - 1) / length));
    }
    reader.close();
  });

  it('keeps the order when no one waits for the disk', async () => {
    open(0);
    const writes = Array.from({ length: 200 }, (_, i) => spool.append(picture(i)));
    assert.ok(spool.count < 200);
    await Promise.all(writes);
    await spool.flush();
    const reader = new SpoolReader(spool.descriptor());
    const into = new Float32Array(LENGTH);
    for (let i = 0; i < 200; i++) {
      reader.read(i, into);
      assert.equal(into[0], i);
    }
    reader.close();
  });

  it('is read in a worker thread while the main thread goes on appending', async () => {
    open(3);
    await fill(10);
    const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      const { SpoolReader } = require(${JSON.stringify(SPOOL_MODULE)});
      const reader = new SpoolReader(workerData);
      const into = new Float32Array(reader.exampleLength);
      const first = [];
      for (let i = 0; i < reader.count; i++) { reader.read(i, into); first.push(into[0]); }
      reader.close();
      parentPort.postMessage(first);`;
    const worker = new Worker(code, { eval: true, workerData: spool.descriptor() });
    const answer = new Promise(resolve => {
      worker.once('message', resolve);
    });
    await spool.append(picture(10));
    assert.deepEqual(await within(10_000, 'answer', answer), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await worker.terminate();
  });

  it('refuses pictures of another size', () => {
    open(3);
    assert.throws(() => spool.append(new Float32Array(5)), { name: 'UserError', code: 'other-settings' });
    assert.equal(spool.count, 0);
  });

  it('refuses pictures, and counts them, when the disk cannot keep up', async () => {
    open(0, { queueLimitBytes: 3 * BYTES });
    const writes = [0, 1, 2].map(i => spool.append(picture(i)));
    assert.throws(() => spool.append(picture(3)), { name: 'UserError', code: 'overload' });
    await Promise.all(writes);
    await spool.append(picture(4));
    assert.equal(spool.count, 4);
    assert.equal(spool.dropped, 1);
  });

  it('keeps what it has when the disk is full, and goes on once there is room', async function () {
    ({ folder, unmount } = smallDisk(this, 64));
    open(2);
    await fill(2);
    const other = join(folder, 'other');
    writeFileSync(other, Buffer.alloc(40 * 1024));
    let kept = 2;
    await assert.rejects(
      async () => {
        for (; ; kept++) await spool.append(picture(kept));
      },
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, 'spool-write');
        assert.match(error.message, /ENOSPC/);
        assert.match(error.message, /free some space/);
        assert.ok(error.message.includes(`${kept} spectrograms so far are kept`), error.message);
        return true;
      },
    );
    assert.ok(kept > 4);
    assert.equal(spool.count, kept);
    assert.equal(spool.dropped, 1);
    rmSync(other);
    await spool.append(picture(kept));
    const reader = new SpoolReader(spool.descriptor());
    const into = new Float32Array(LENGTH);
    for (let i = 0; i <= kept; i++) {
      reader.read(i, into);
      assert.deepEqual(into, picture(i));
    }
    reader.close();
  });

  it('says when the folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    folder = join(folder, 'file', 'below');
    open(0);
    await assert.rejects(async () => spool.append(picture(0)), { name: 'UserError', code: 'spool-write' });
    assert.equal(spool.count, 0);
  });

  it('says when the file was cut short or removed behind its back', async () => {
    open(1);
    await fill(4);
    const [name] = readdirSync(folder);
    const reader = new SpoolReader(spool.descriptor());
    truncateSync(join(folder, name), BYTES + 10);
    const into = new Float32Array(LENGTH);
    reader.read(1, into);
    assert.throws(() => reader.read(2, into), { name: 'UserError', code: 'spool-read' });
    assert.throws(() => reader.read(4, into), RangeError);
    reader.close();
    rmSync(join(folder, name));
    assert.throws(() => new SpoolReader(spool.descriptor()), { name: 'UserError', code: 'spool-read' });
  });

  it('removes its file when discarded, writes that are on their way included', async () => {
    open(0);
    const writes = [0, 1, 2].map(i => spool.append(picture(i)));
    await spool.discard();
    await Promise.all(writes);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(spool.count, 0);
    await spool.discard();
  });

  it('clears away files of runs that crashed and no others', async () => {
    const script = `
      const { ExampleSpool } = require(${JSON.stringify(SPOOL_MODULE)});
      const spool = new ExampleSpool({ folder: ${JSON.stringify(folder)}, exampleLength: 4, memoryLimitBytes: 0 });
      spool.append(new Float32Array(4)).then(() => process.kill(process.pid, 'SIGKILL'));`;
    spawnSync(process.execPath, ['-e', script]);
    assert.equal(readdirSync(folder).length, 1, 'the killed process left its file');
    open(0);
    await fill(1);
    const mine = readdirSync(folder);
    assert.equal(mine.length, 1, 'the one of the killed process is gone');
    new ExampleSpool({ folder, exampleLength: LENGTH });
    assert.deepEqual(readdirSync(folder), mine, 'a spool in use stays');
  });

  it('does not hold up the event loop while 64 MB go to the disk', async () => {
    const length = 128 * 128;
    mkdirSync(join(folder, 'busy'));
    spool = new ExampleSpool({ folder: join(folder, 'busy'), exampleLength: length, memoryLimitBytes: 0 });
    const values = picture(1, length);
    const turns = await turnsDuring(async () => {
      for (let i = 0; i < 1000; i++) await spool.append(values);
    }, 0);
    assert.equal(spool.count, 1000);
    assert.ok(turns >= 1000, `${turns} turns for 1000 spectrograms`);
  });
});
