// Pictures that someone marked as normal: kept whole, bounded, confined to the model's folder.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedbackExample, MAX_MARKED, MarkedNormal } from '#src/store/feedback-set';
import { tempFolder } from '../support/temp';

const picture = (value: number): FeedbackExample => ({
  ...{ values: new Float32Array(6).fill(value), shape: [2, 3], frontEnd: JSON.stringify({ sampleRate: 16_000 }) },
});
const idOf = (i: number): string => i.toString(16).padStart(24, '0');

async function readAll(marked: MarkedNormal): Promise<{ pictures: FeedbackExample[]; problems: string[] }> {
  const problems: string[] = [];
  const pictures: FeedbackExample[] = [];
  for await (const one of marked.read(problem => problems.push(problem.message))) pictures.push(one);
  return { pictures, problems };
}

describe('pictures marked as normal', () => {
  let folder: string;
  let marked: MarkedNormal;
  beforeEach(() => {
    folder = join(tempFolder('model'), 'not made yet');
    marked = new MarkedNormal(folder);
  });

  it('come back as they were, until they are unmarked', async () => {
    assert.deepEqual(await marked.ids(), []);
    await marked.add(idOf(1), picture(-40));
    await marked.add(idOf(2), picture(-50));
    assert.deepEqual((await readAll(marked)).pictures, [picture(-40), picture(-50)]);
    await marked.remove(idOf(1));
    await marked.remove(idOf(1));
    assert.deepEqual(await new MarkedNormal(folder).ids(), [idOf(2)]);
  });

  it('are at most so many; marking one again is no new one', async () => {
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < MAX_MARKED; i++) writeFileSync(join(folder, `normal-${idOf(i)}.safetensors`), '');
    await assert.rejects(marked.add(idOf(MAX_MARKED), picture(0)), /200 segments are marked as normal already. Record/);
    await marked.add(idOf(7), picture(0));
    assert.equal((await marked.ids()).length, MAX_MARKED);
  });

  it('stay out of the way where a file is damaged, and say which', async () => {
    await marked.add(idOf(1), picture(-40));
    writeFileSync(join(folder, `normal-${idOf(2)}.safetensors`), 'not a picture');
    const { pictures, problems } = await readAll(marked);
    assert.equal(pictures.length, 1);
    assert.match(problems[0], new RegExp(`normal-${idOf(2)}`));
  });

  it('leave no half file, and no file outside the folder', async () => {
    for (const id of ['../../x', 'a/b', '', 'NUL\0', '..', 'zz'.repeat(12)]) {
      await assert.rejects(marked.add(id, picture(0)), RangeError);
    }
    await marked.add(idOf(3), picture(0));
    const inFile = join(folder, `normal-${idOf(3)}.safetensors`, 'model');
    await assert.rejects(new MarkedNormal(inFile).add(idOf(1), picture(0)), /cannot be used: ENOTDIR/);
    assert.deepEqual(readdirSync(folder), [`normal-${idOf(3)}.safetensors`]);
  });
});
