// What every segment detector promises, as scikit-learn's check_estimator asks it of every estimator: run for whatever
// is registered, and for a detector of somebody's own.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Examples, FittedSegments, Part, SegmentDetector, SegmentFit } from '#src/detectors/detector';
import { joinParts, partOf } from '#src/detectors/parts';
import { kindsOf, SCORE_KINDS } from '#src/detectors/score-kinds';
import { fitDetector } from '#src/detectors/train-model';
import { SharedEngines } from '#src/detectors/vae/shared-engines';
import { describeScores } from '#src/stats/distribution';
import { Random } from '#src/stats/random';
import { readModelFile, writeModelFile } from '#src/store/model-file';
import { Cancelled } from '#src/threads/cancelled';
import { frontEnd, spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';

const SHAPE: [number, number] = [16, 12];
const LENGTH = SHAPE[0] * SHAPE[1];

/** A segment of quiet noise; a loud one is 20 dB louder. */
export function segment(random: Random, louder = 0): Float32Array {
  return Float32Array.from({ length: LENGTH }, () => -50 + 3 * random.normal() + louder);
}

export function examples(count: number): Examples {
  const random = new Random(1);
  const all = Array.from({ length: count }, () => segment(random));
  const read = (index: number, into: Float32Array, offset = 0) => into.set(all[index], offset);
  return { count, exampleLength: LENGTH, frontEnd: frontEnd(SHAPE), read };
}

/** Declares the tests of one detector. */
export function keepsItsPromises(find: () => { detector: SegmentDetector; settings: unknown }): void {
  const watch = { tell() {}, cancelled: () => false };
  const engines = new SharedEngines();
  const info = spectrogramInfo(SHAPE);
  const segments = Array.from({ length: 11 }, (_, i) => {
    return { values: segment(new Random(40 + i), i === 5 ? 20 : 0), info };
  });
  let detector: SegmentDetector;
  let settings: unknown;
  let fit: SegmentFit;
  let fitted: FittedSegments;
  const load = (part: Part): FittedSegments => detector.load(part, { frontEnd: frontEnd(SHAPE), engines });

  before(async () => {
    ({ detector, settings } = find());
    fit = await fitDetector(detector, examples(30), settings, watch);
    fitted = load(fit.part);
  });
  after(async () => {
    await fitted.close?.();
    await fit.close?.();
    await engines.close();
  });

  it('gives every example a finite score of each of its kinds, not all the same', () => {
    assert.deepEqual(Object.keys(fit.scores).sort(), kindsOf(detector.id).sort());
    for (const [kind, scores] of Object.entries(fit.scores)) {
      assert.ok(scores.length > 0 && scores.length <= 30, `${scores.length} scores ${kind}`);
      assert.ok(scores.every(Number.isFinite), `${kind}: ${scores}`);
      assert.ok(describeScores(scores).std > 0, `${kind} is ${scores[0]} for all`);
    }
  });

  it('scores what is unlike the examples higher, by a kind of its own at least', async () => {
    const all = await fitted.score(segments);
    const isHighest = (kind: string) => all.every(({ scores }, i) => i === 5 || scores[kind] < all[5].scores[kind]);
    assert.ok(kindsOf(detector.id).some(isHighest), JSON.stringify(all.map(({ scores }) => scores)));
  });

  it('scores a segment the same whatever stands beside it, bit for bit', async () => {
    const together = await fitted.score(segments);
    const backwards = await fitted.score([...segments].reverse());
    assert.deepEqual(backwards.reverse(), together);
    for (const [i, one] of segments.entries()) assert.deepEqual((await fitted.score([one]))[0], together[i]);
  });

  it('scores the same after a way through a model file, bit for bit', async () => {
    const file = join(tempFolder('promises'), 'v0001.safetensors');
    const { tensors, detectors } = joinParts({ other: { tensors: {}, facts: {} }, [detector.id]: fit.part });
    const about = { packageVersion: '0', name: 'm', version: 1, createdAt: '', frontEnd: {}, scores: {} };
    writeModelFile(file, tensors, { ...about, detectors });
    const loaded = load(partOf(detector.id, file, readModelFile(file)));
    assert.deepEqual(await loaded.score(segments), await fitted.score(segments));
    assert.ok(loaded.bytes >= 0);
    await loaded.close?.();
  });

  it('takes no part that is not its own', () => {
    assert.throws(() => load({ tensors: {}, facts: {} }), Error);
  });

  it('refuses fewer examples than it needs, in words', async () => {
    const few = fitDetector(detector, examples(detector.leastExamples - 1), settings, watch);
    await assert.rejects(few, { name: 'UserError', code: 'too-few-examples', message: /expected|at least \d+/ });
    const enough = await fitDetector(detector, examples(detector.leastExamples), settings, watch);
    await enough.close?.();
  });

  it('explains, by the kinds that say so and only by those, in the spectrogram’s shape', async () => {
    for (const { id, explains } of SCORE_KINDS.filter(kind => kind.detector === detector.id)) {
      const [{ explanation }] = await fitted.score([{ ...segments[5], explain: id }]);
      if (explains === 'nothing') assert.equal(explanation, undefined);
      else {
        assert.equal(explanation?.error.length, LENGTH);
        assert.ok(explanation.error.every(value => value >= 0) && explanation.text !== '');
      }
    }
    const [{ explanation }] = await fitted.score([{ ...segments[5], explain: 'of another detector' }]);
    assert.equal(explanation, undefined);
  });

  it('ends when it is cancelled', async () => {
    await assert.rejects(
      async () => fitDetector(detector, examples(30), settings, { ...watch, cancelled: () => true }),
      Cancelled,
    );
  });
}
