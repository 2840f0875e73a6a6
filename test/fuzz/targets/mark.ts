// Segments marked as normal: bytes changed anywhere, and descriptions with hostile values whose checksum is right.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readFeedback } from '#nodes/shared/read-feedback';
import { UserError } from '#src/errors';
import { bufferOf, type FrontEnd } from '#src/messages';
import { FeedbackSet } from '#src/store/feedback-set';
import { encodeHeader } from '#src/store/safetensors';
import { tempFolder } from '../../support/temp';
import { hostileValue, mutated, mutatedJson } from '../mutation';
import { defineTarget, expectFinite, expectSentence } from '../target';

const SHAPE: [number, number] = [4, 6];
const FRONT_END = {
  shape: SHAPE,
  sampleRate: 16_000,
  fftSize: 1024,
  hopLength: 512,
  window: 'hann',
  scale: 'mel',
} as FrontEnd;
const VALUES = Float32Array.from({ length: SHAPE[0] * SHAPE[1] }, (_, i) => i / 10);
const folder = tempFolder('fuzz-marks');
const scratch = join(folder, 'normal-0123456789abcdef.safetensors');

interface Parts {
  frontEnd: unknown;
  shape: unknown;
  offsets: unknown;
  values: Uint8Array;
}

function fileOf({ frontEnd, shape, offsets, values }: Parts): Buffer {
  const said = JSON.stringify(frontEnd) ?? 'null';
  const sides = Array.isArray(shape) ? shape.join('×') : '';
  const checksum = createHash('sha256').update(sides).update(said).update(values).digest('hex');
  const entry = { dtype: 'F32', shape, data_offsets: offsets };
  const header = { __metadata__: { frontEnd: said, checksum }, spectrogram: entry };
  return Buffer.concat([encodeHeader(JSON.stringify(header)), values]);
}

const bytes = Buffer.from(bufferOf(VALUES));
const plain: Parts = { frontEnd: FRONT_END, shape: SHAPE, offsets: [0, bytes.length], values: bytes };

export const mark = defineTarget({
  name: 'mark',
  inputs: fc.oneof(
    mutated([fileOf(plain)]),
    fc
      .record({
        frontEnd: fc.oneof({ weight: 3, arbitrary: mutatedJson(FRONT_END) }, hostileValue),
        shape: fc.oneof(
          { weight: 4, arbitrary: fc.constant(SHAPE) },
          hostileValue,
          fc.array(fc.nat(30), { maxLength: 3 }),
        ),
        offsets: fc.oneof({ weight: 4, arbitrary: fc.constant(plain.offsets) }, hostileValue),
        values: fc.oneof({ weight: 3, arbitrary: fc.constant(bytes) }, mutated([bytes])),
      })
      .map(fileOf),
  ),
  async take(file, step) {
    writeFileSync(scratch, file);
    const problems: string[] = [];
    for await (const { values } of new FeedbackSet(folder).read(problem => problems.push(problem.message))) {
      expectFinite(values, 'a value of a mark');
      step();
    }
    const spool = await readFeedback(FRONT_END, folder, text => problems.push(text));
    await spool.discard();
    for (const problem of problems) expectSentence(problem);
    if (problems.length > 0) throw new UserError('feedback-damaged', problems[0]);
  },
  bytesOf: file => file,
});
