// The feedback set: kept whole, bounded, confined to the model's folder.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedbackExample, FeedbackSet, MAX_FEEDBACK } from '#src/store/feedback-set';
import { encodeHeader, headerText } from '#src/store/safetensors';
import { frontEnd } from '../support/spectrograms';
import { tempFolder } from '../support/temp';

const example = (value: number): FeedbackExample => ({
  values: new Float32Array(6).fill(value),
  frontEnd: frontEnd([2, 3]),
});
const idOf = (i: number): string => i.toString(16).padStart(24, '0');

/** The last place where `from` stands, with `to` of the same length instead. */
function changed(bytes: Buffer, from: string, to: string): Buffer {
  bytes.write(to, bytes.lastIndexOf(from), 'latin1');
  return bytes;
}

async function readAll(marked: FeedbackSet): Promise<{ examples: FeedbackExample[]; problems: string[] }> {
  const problems: string[] = [];
  const examples: FeedbackExample[] = [];
  for await (const one of marked.read(problem => problems.push(problem.message))) examples.push(one);
  return { examples, problems };
}

describe('the feedback set', () => {
  let folder: string;
  let marked: FeedbackSet;
  const fileOf = (i: number): string => join(folder, `normal-${idOf(i)}.safetensors`);

  /** As a file was before there were checksums. */
  function keepFormer(i: number, tensor: string, one: FeedbackExample, said = JSON.stringify(one.frontEnd)) {
    const header = headerText({ [tensor]: { shape: one.frontEnd.shape, data: one.values } }, { frontEnd: said });
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(i), Buffer.concat([encodeHeader(header), Buffer.from(one.values.buffer)]));
  }

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
    keepFormer(1, 'picture', example(-40));
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

  it('leaves out what is damaged, and says which file and why', async () => {
    const damage: [string, (bytes: Buffer) => Buffer][] = [
      ['it has 9 bytes, too few for a header', bytes => bytes.subarray(0, 9)],
      ['after the header there are 20', bytes => bytes.subarray(0, -4)],
      ['its checksum does not fit what it holds', bytes => bytes.fill(0, bytes.length - 24)],
      ['its checksum does not fit what it holds', bytes => changed(bytes, '16000', '16001')],
      ['its checksum does not fit what it holds', bytes => changed(bytes, '"shape":[2,3]', '"shape":[3,2]')],
      ['its header is not JSON', bytes => changed(bytes, '{', '!')],
      ['it holds no spectrogram', bytes => changed(bytes, '"spectrogram"', '"spectrogrom"')],
    ];
    for (let i = 0; i <= damage.length; i++) await marked.add(idOf(i), example(-40));
    damage.forEach(([, change], i) => {
      const file = fileOf(i);
      writeFileSync(file, change(readFileSync(file)));
    });
    const { examples, problems } = await readAll(marked);
    assert.deepEqual(examples, [example(-40)]);
    damage.forEach(([why], i) => {
      assert.ok(problems[i].startsWith(`${fileOf(i)}, a segment that was marked as normal, cannot be used: `));
      assert.ok(problems[i].includes(why), problems[i]);
      assert.match(problems[i], /\. It is left out; remove the file\.$/);
    });
  });

  it('leaves out a former file, without a checksum, whose values are no numbers or whose settings are no JSON', async () => {
    keepFormer(1, 'spectrogram', example(Number.NaN));
    keepFormer(2, 'spectrogram', example(-40), '{"sampleRate":');
    const { examples, problems } = await readAll(marked);
    assert.deepEqual(examples, []);
    assert.match(problems[0], /0001\.safetensors.* not all of its values are finite numbers/);
    assert.match(problems[1], /0002\.safetensors.* JSON/);
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
