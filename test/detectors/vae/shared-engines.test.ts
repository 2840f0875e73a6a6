// Models of one architecture share an engine: whoever scored before, each model's scores stay its own, bit for bit.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openModel } from '#src/detectors/open-model';

import { SharedEngines } from '#src/detectors/vae/shared-engines';
import { Random } from '#src/stats/random';
import { readModelFile, writeModelFile } from '#src/store/model-file';
import { MODEL_INFO as info, saveModel } from '../../support/models';
import { tempFolder } from '../../support/temp';

const segments = Array.from({ length: 11 }, (_, i) => {
  const random = new Random(i);
  const values = Float32Array.from({ length: 16 * 12 }, () => -40 + 10 * random.normal());
  return { values, info, ...(i % 2 === 0 && { explain: 'rl' }) };
});

describe('shared engines', () => {
  const folder = tempFolder('shared');
  let files: string[];
  before(async () => {
    const save = (name: string, seed: number, filters: number[]) => saveModel(join(folder, name), seed, filters);
    files = [await save('a', 1, [4, 4]), await save('b', 2, [4, 4]), await save('wide', 3, [8, 4])];
  });

  it('give each model the scores it has alone, in whatever order models take turns', async () => {
    const alone = [];
    for (const file of files) {
      const engines = new SharedEngines();
      alone.push(await openModel(file, engines).score(segments));
      await engines.close();
    }
    assert.notDeepEqual(alone[0], alone[1]);
    const engines = new SharedEngines();
    const models = files.map(file => openModel(file, engines));
    const turns = [0, 1, 2, 0, 0, 2, 1, 0];
    const scored = await Promise.all(turns.map(i => models[i].score(segments)));
    for (const [turn, i] of turns.entries()) assert.deepEqual(scored[turn], alone[i], `turn ${turn}, model ${i}`);
    assert.equal(engines.count, 2, 'one for each architecture');
    assert.ok(engines.bytes > 0);
    await engines.close();
    assert.deepEqual([engines.count, engines.bytes], [0, 0]);
  });

  it('draw between scores, each model from its own weights', async () => {
    const engines = new SharedEngines();
    const [a, b] = files.map(file => openModel(file, engines));
    const request = { mode: 'prior', count: 3, seed: 7 } as const;
    const drawn = await a.draw(request);
    assert.notDeepEqual(await b.draw(request), drawn);
    await b.score(segments);
    assert.deepEqual(await a.draw(request), drawn);
    await engines.close();
  });

  it('go on after the engine used longest ago was closed to make room, and leave none to nobody', async () => {
    const engines = new SharedEngines();
    const [a, b, wide] = files.map(file => openModel(file, engines));
    const before = await a.score(segments);
    await wide.score(segments);
    await engines.closeOldest();
    assert.equal(engines.count, 1);
    await wide.close();
    assert.equal(engines.count, 0);
    assert.deepEqual(await a.score(segments), before);
    await b.score(segments);
    await a.close();
    assert.equal(engines.count, 1, 'the other model of this architecture has it');
    await b.close();
    assert.equal(engines.count, 0);
    await engines.close();
  });

  it('take no model whose tensors do not fit its description', () => {
    const { tensors, metadata } = readModelFile(files[0]);
    const { 'vae.heads.bias': _, ...rest } = tensors;
    const file = join(folder, 'short');
    writeModelFile(file, rest, metadata);
    assert.throws(() => openModel(file, new SharedEngines()), { code: 'model-damaged', message: /heads\.bias/ });
  });
});
