// Many models in few threads: each keeps its own scores, weights stay within their memory and are read again from their
// files, what is closed is let go of, and a queue that is too long loses its oldest.
import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '#src/stats/random';
import { readModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { type ModelContents, ModelMemory, sharedContents } from '#src/tasks/model-memory';
import { type ScoringRequest, ScoringService } from '#src/tasks/scoring-service';
import { Pool } from '#src/threads/pool';
import { MODEL_INFO as info, saveModel } from '../support/models';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const request = (seed: number, explain = false): ScoringRequest => {
  const random = new Random(seed);
  return {
    values: Float32Array.from({ length: 16 * 12 }, () => -40 + 10 * random.normal()),
    info,
    explain: explain ? 'rl' : undefined,
  };
};

describe('the memory of models', () => {
  const contents = (bytes: number): ModelContents => ({ metadata: {} as never, tensors: {}, bytes });

  it('lets go of the model used longest ago, and says so', () => {
    const memory = new ModelMemory(100);
    const released: string[] = [];
    const put = (key: string, bytes: number) => memory.put(key, contents(bytes), () => released.push(key));
    put('a', 40);
    put('b', 40);
    assert.ok(memory.get('a'));
    put('c', 40);
    assert.deepEqual([released, memory.bytes], [['b'], 80]);
    assert.equal(memory.get('b'), undefined);
    put('huge', 1000);
    assert.deepEqual([released, memory.bytes], [['b', 'a', 'c'], 1000], 'the newest stays whatever its size');
    memory.drop('huge');
    memory.drop('huge');
    assert.deepEqual([released.length, memory.bytes], [4, 0]);
  });
});

describe('scoring with many models', function () {
  this.timeout(60_000);
  const folder = tempFolder('many');
  const pools: Pool[] = [];
  let files: string[];
  let each: number;

  before(async () => {
    files = [];
    for (let i = 0; i < 6; i++) files.push(await saveModel(join(folder, `m${i}`), i, i === 5 ? [8, 4] : [4, 4]));
    const { tensors, metadata } = readModelFile(files[0]);
    each = sharedContents(tensors, metadata).bytes;
  });
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.end();
  });

  function poolOf(size: number): Pool {
    const pool = new Pool(size);
    pools.push(pool);
    return pool;
  }
  function serviceOf(file: string, memory = new ModelMemory(), pool = poolOf(1)): ScoringService {
    const service = new ScoringService(undefined, memory, pool);
    service.use(modelIdOf(file));
    return service;
  }

  it('gives each the scores it has alone, within the memory and the threads there are', async () => {
    const alone = [];
    for (const file of files) {
      const service = serviceOf(file);
      alone.push(await service.score(request(7)));
      await service.close();
    }
    assert.equal(new Set(alone.map(({ scores }) => scores.rl)).size, files.length);
    const memory = new ModelMemory(2.5 * each);
    const pool = poolOf(2);
    const services = files.map(file => serviceOf(file, memory, pool));
    for (let round = 0; round < 4; round++) {
      const scored = await Promise.all(services.map(service => service.score(request(7))));
      assert.deepEqual(scored, alone, `round ${round}`);
      assert.ok(memory.bytes <= 2.5 * each || memory.get(files[5]) !== undefined, `${memory.bytes} of ${2.5 * each}`);
    }
    assert.ok(pool.threads.length <= 2);
    await Promise.all(services.map(service => service.close()));
    await until('the threads to let go', () => pool.threads.every(({ holds }) => holds.size === 0));
    assert.equal(memory.bytes, 0);
  });

  it('reads a file again only where its weights have left', async () => {
    const [mine, other] = ['mine', 'other'].map(name => join(folder, name));
    copyFileSync(files[0], mine);
    copyFileSync(files[1], other);
    const memory = new ModelMemory(1.5 * each);
    const pool = poolOf(1);
    const service = serviceOf(mine, memory, pool);
    const before = await service.score(request(1));
    rmSync(mine);
    assert.deepEqual(await service.score(request(1)), before, 'the file is not needed');
    const next = serviceOf(other, memory, pool);
    await next.score(request(1));
    await assert.rejects(service.score(request(1)), { code: 'model-unreadable' });
    copyFileSync(files[0], mine);
    assert.deepEqual(await service.score(request(1)), before);
    await Promise.all([service.close(), next.close()]);
  });

  it('scores what was asked for before a new version with the old one', async () => {
    const service = serviceOf(files[0]);
    const old = Array.from({ length: 10 }, () => service.score(request(3)));
    service.use(modelIdOf(files[5]));
    const later = await service.score(request(3));
    const earlier = await Promise.all(old);
    assert.equal(new Set(earlier.map(({ scores }) => scores.rl)).size, 1);
    assert.notEqual(later.scores.rl, earlier[0].scores.rl);
    await service.close();
  });

  it('answers in the order of the questions, explained or not', async () => {
    for (const explain of [false, true]) {
      const service = serviceOf(files[0]);
      const answered: number[] = [];
      const asked = Array.from({ length: 20 }, (_, i) =>
        service.score(request(i, explain)).then(({ explanation }) => {
          assert.equal(explanation !== undefined, explain);
          answered.push(i);
        }),
      );
      await Promise.all(asked);
      assert.deepEqual(
        answered,
        Array.from({ length: 20 }, (_, i) => i),
      );
      await service.close();
    }
  });

  it('loses the oldest of too many, and refuses what waits when it is closed', async () => {
    const service = serviceOf(files[0]);
    const settled = Promise.allSettled(Array.from({ length: 100 }, (_, i) => service.score(request(i))));
    await service.score(request(100));
    const refused = (await settled).filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.ok(refused.length > 0 && refused.length === service.dropped);
    assert.ok(refused.every(({ reason }) => (reason as { code: string }).code === 'overload'));
    const waiting = Promise.allSettled([service.score(request(1)), service.draw({ mode: 'prior', count: 1, seed: 1 })]);
    await service.close();
    for (const fate of await waiting) {
      assert.equal(((fate as PromiseRejectedResult).reason as { code: string }).code, 'closed');
    }
  });
});
