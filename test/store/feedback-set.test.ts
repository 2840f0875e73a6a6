// The feedback set: kept whole, bounded, confined to the model's folder.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedbackExample, FeedbackSet, MAX_FEEDBACK } from '#src/store/feedback-set';
import { encodeHeader, headerText } from '#src/store/safetensors';
import { tempFolder } from '../support/temp';

const example = (value: number): FeedbackExample => ({
  ...{ values: new Float32Array(6).fill(value), shape: [2, 3], frontEnd: JSON.stringify({ sampleRate: 16_000 }) },
});
const idOf = (i: number): string => i.toString(16).padStart(24, '0');

async function readAll(marked: FeedbackSet): Promise<{ examples: FeedbackExample[]; problems: string[] }> {
  const problems: string[] = [];
  const examples: FeedbackExample[] = [];
  for await (const one of marked.read(problem => problems.push(problem.message))) examples.push(one);
  return { examples, problems };
}

describe('the feedback set', () => {
  let folder: string;
  let marked: FeedbackSet;
  beforeEach(() => {
    folder = join(tempFolder('model'), 'not made yet');
    marked = new FeedbackSet(folder);
  });

  it('gives back examples as they were, until they are unmarked', async () => {
    assert.deepEqual(await marked.ids(), []);
    await marked.add(idOf(1), example(-40));
    await marked.add(idOf(2), example(-50));
    assert.deepEqual((await readAll(marked)).examples, [example(-40), example(-50)]);
    await marked.remove(idOf(1));
    await marked.remove(idOf(1));
    assert.deepEqual(await new FeedbackSet(folder).ids(), [idOf(2)]);
  });

  it('reads what was marked when the tensor was called "picture"', async () => {
    const { values, shape, frontEnd } = example(-40);
    const file = Buffer.concat([
      encodeHeader(headerText({ picture: { shape, data: values } }, { frontEnd })),
      Buffer.from(values.buffer),
    ]);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `normal-${idOf(1)}.safetensors`), file);
    assert.deepEqual(await readAll(marked), { examples: [example(-40)], problems: [] });
  });

  it('holds at most so many; marking one again is no new one', async () => {
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < MAX_FEEDBACK; i++) writeFileSync(join(folder, `normal-${idOf(i)}.safetensors`), '');
    await assert.rejects(
      marked.add(idOf(MAX_FEEDBACK), example(0)),
      /200 segments are marked as normal already. Record/,
    );
    await marked.add(idOf(7), example(0));
    assert.equal((await marked.ids()).length, MAX_FEEDBACK);
  });

  it('leaves out a damaged file, and says which', async () => {
    await marked.add(idOf(1), example(-40));
    writeFileSync(join(folder, `normal-${idOf(2)}.safetensors`), 'not a spectrogram');
    const { examples, problems } = await readAll(marked);
    assert.equal(examples.length, 1);
    assert.match(problems[0], new RegExp(`normal-${idOf(2)}`));
  });

  it('leaves no half file, and no file outside the folder', async () => {
    for (const id of ['../../x', 'a/b', '', 'NUL\0', '..', 'zz'.repeat(12)]) {
      await assert.rejects(marked.add(id, example(0)), RangeError);
    }
    await marked.add(idOf(3), example(0));
    const inFile = join(folder, `normal-${idOf(3)}.safetensors`, 'model');
    await assert.rejects(new FeedbackSet(inFile).add(idOf(1), example(0)), /cannot be used: ENOTDIR/);
    assert.deepEqual(readdirSync(folder), [`normal-${idOf(3)}.safetensors`]);
  });
});
