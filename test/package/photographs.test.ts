// The check that keeps the documentation's pictures true, itself: it must be able to fail.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '#src/charts/png';
import { photograph, wordsOf } from '../support/photograph';
import { assertTrue } from '../support/picture-book';
import { decodePng } from '../support/png';
import { tempFolder } from '../support/temp';

/** A gradient of more colours than a palette has, as true colour. */
const SCREENSHOT = encodePng(
  40,
  20,
  Uint32Array.from({ length: 800 }, (_, i) => (i % 40 < 20 ? 0xffffff : 0x100000 * (i % 7) + 97 * i)),
);

describe('photographs of the documentation', () => {
  const words = ['Segment', '= 2', 'Hz – “so”'];
  const file = join(tempFolder('pictures'), 'node.png');
  before(() => writeFileSync(file, photograph(SCREENSHOT, words)));

  it('carry their words, have a palette, and keep their backgrounds', () => {
    const photo = photograph(SCREENSHOT, words);
    assert.deepEqual(wordsOf(photo), words);
    assert.equal(wordsOf(SCREENSHOT), undefined);
    const { width, height, indexed, at } = decodePng(photo, ['iTXt']);
    assert.deepEqual([width, height, indexed], [40, 20, true]);
    assert.deepEqual(at(3, 7), [255, 255, 255]);
  });

  it('are true as long as the same words are read', () => {
    assertTrue(file, words);
  });

  it('are out of date when a label changes, is added or goes, or another order is read', () => {
    const advice = /node\.png is out of date; take it anew with: npm run pictures/;
    assert.throws(() => assertTrue(file, ['Length', '= 2', 'Hz – “so”']), advice);
    assert.throws(() => assertTrue(file, [...words, 'Every']), /\+ Every/);
    assert.throws(() => assertTrue(file, words.slice(1)), /- Segment/);
    assert.throws(() => assertTrue(file, words.toReversed()), advice);
  });

  it('are missed where there are none, or where no test took them', () => {
    assert.throws(() => assertTrue(join(file, '..', 'other.png'), words), /there is no .*npm run pictures/);
    const stray = join(file, '..', 'stray.png');
    writeFileSync(stray, SCREENSHOT);
    assert.throws(() => assertTrue(stray, words), /does not say what it shows/);
  });
});
