// The fuzzing in short: one batch of each target, always the same.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '#src/errors';
import { runBatch } from './batch';
import { type Result, runCampaign } from './campaign';
import { TARGETS } from './registry';
import { defineTarget, expectSentence, isRefusal } from './target';

/** In this batch model files brought out 14 faults once. */
const SEED = 570_249_217;

describe('bad input', function () {
  this.timeout(180_000);
  let result: Result;

  before(async () => {
    result = await runCampaign({ targets: TARGETS, seed: SEED, batches: 1 });
  });

  for (const { name } of TARGETS) {
    it(`${name}: is refused in words, or gives what can be reckoned with`, () => {
      assert.deepEqual(
        result.faults.filter(({ target }) => target === name),
        [],
      );
      const { cases, accepted, refused } = result.counts.get(name)!;
      console.log(`      ${cases} cases: ${refused} refused, ${accepted} accepted`);
      assert.equal(accepted + refused, cases);
      assert.ok(refused > 0 && accepted > 0);
    });
  }
});

describe('the fuzzing itself', () => {
  const target = (take: () => void) =>
    defineTarget({ name: 'one', inputs: fc.nat(), cases: 3, take, bytesOf: () => new Uint8Array() });
  const countsOf = async (take: () => void) => (await runBatch(target(take), 1, () => {})).counts;

  it('counts what is accepted, what is refused, and what is a fault', async () => {
    assert.equal((await countsOf(() => {})).accepted, 3);
    const refuse = () => {
      throw new UserError('sound-file', 'the file is empty (0 bytes).');
    };
    assert.equal((await countsOf(refuse)).refused, 3);
    assert.equal((await countsOf(() => assert.ok(false))).crashes, 3);
  });

  it('takes no word of a decoder or of the engine for a refusal', () => {
    assert.throws(() => expectSentence('logError is not defined'));
    assert.throws(() => expectSentence('memory access out of bounds'));
    assert.throws(() => isRefusal(new UserError('sound-file', 'Cannot read properties of undefined')));
  });
});
