import assert from 'node:assert/strict';
import { MAX_SEGMENT_SAMPLES, type Pad, Segmenter, segmentStarts, takeSegment, WholeSound } from '#src/audio/segment';

const ramp = (samples: number): Float32Array => Float32Array.from({ length: samples }, (_, i) => i + 1);
const PADS: Pad[] = ['right', 'left', 'drop'];

describe('segments', () => {
  it('follow each other, the last one filled up', () => {
    assert.deepEqual(segmentStarts(10, 4, 4, 'right'), [0, 4, 8]);
    assert.deepEqual(segmentStarts(10, 4, 4, 'drop'), [0, 4]);
    assert.deepEqual(segmentStarts(8, 4, 4, 'right'), [0, 4]);
  });

  it('overlap, with one more only where samples are left that no other has', () => {
    assert.deepEqual(segmentStarts(10, 4, 2, 'right'), [0, 2, 4, 6]);
    assert.deepEqual(segmentStarts(11, 4, 2, 'right'), [0, 2, 4, 6, 8]);
    assert.deepEqual(segmentStarts(11, 4, 2, 'drop'), [0, 2, 4, 6]);
  });

  it('leave gaps where they start further apart than they are long', () => {
    assert.deepEqual(segmentStarts(20, 4, 10, 'right'), [0, 10]);
    assert.deepEqual(segmentStarts(22, 4, 10, 'right'), [0, 10, 20]);
    assert.deepEqual(segmentStarts(22, 4, 10, 'drop'), [0, 10]);
  });

  it('of a sound that is shorter than one: one, or none', () => {
    assert.deepEqual(segmentStarts(3, 4, 4, 'right'), [0]);
    assert.deepEqual(segmentStarts(3, 4, 4, 'drop'), []);
    assert.deepEqual(segmentStarts(0, 4, 4, 'right'), []);
  });

  it('are filled up with silence after or before the sound', () => {
    assert.deepEqual([...takeSegment(ramp(10), 8, 4, 'right')], [9, 10, 0, 0]);
    assert.deepEqual([...takeSegment(ramp(10), 8, 4, 'left')], [0, 0, 9, 10]);
    assert.deepEqual([...takeSegment(ramp(10), 4, 4, 'right')], [5, 6, 7, 8]);
  });

  it('of a stream are those of the whole sound, whatever its blocks', () => {
    let compared = 0;
    for (const samples of [0, 1, 5, 16, 17, 50]) {
      for (const [length, hop] of [
        [1, 1],
        [4, 4],
        [5, 2],
        [8, 1],
        [3, 7],
        [60, 60],
      ]) {
        for (const pad of PADS) {
          for (const block of [1, 3, 100]) {
            const pcm = ramp(samples);
            const expected = segmentStarts(samples, length, hop, pad).map(start =>
              takeSegment(pcm, start, length, pad),
            );
            const segmenter = new Segmenter(length, hop, pad);
            const got: Float32Array[] = [];
            for (let i = 0; i < samples; i += block) got.push(...segmenter.push(pcm.slice(i, i + block)));
            got.push(...segmenter.end());
            assert.deepEqual(got, expected, `${samples} samples, ${length} every ${hop}, ${pad}, blocks of ${block}`);
            compared += got.length;
          }
        }
      }
    }
    assert.ok(compared > 1000);
  });

  it('have memory of their own', () => {
    const segmenter = new Segmenter(4, 2, 'right');
    const [first, second] = segmenter.push(ramp(6));
    first.fill(0);
    assert.deepEqual([...second], [3, 4, 5, 6]);
  });

  it('may be the whole sound', () => {
    const whole = new WholeSound();
    assert.deepEqual([...whole.push(ramp(3)), ...whole.push(ramp(2))], []);
    assert.deepEqual(
      [...whole.end()].map(segment => [...segment]),
      [[1, 2, 3, 1, 2]],
    );
    assert.deepEqual([...new WholeSound().end()], []);
  });

  it('longer than 25 minutes are refused before memory is taken', () => {
    assert.throws(() => new Segmenter(MAX_SEGMENT_SAMPLES + 1, 1, 'right'), { code: 'segment-length' });
  });

  it('are refused for what all channels side by side would take', () => {
    const eighth = MAX_SEGMENT_SAMPLES / 8;
    const message =
      'too long for one segment: more than 8388608 samples of each of its 8 channels (3 minutes at 44.1 kHz). Set a shorter segment length.';
    assert.throws(() => new Segmenter(eighth + 1, 1, 'right', 8), { code: 'segment-length', message });
    const whole = new WholeSound(8);
    const block = new Float32Array(eighth / 4);
    for (let i = 0; i < 4; i++) assert.deepEqual([...whole.push(block)], []);
    assert.throws(() => [...whole.push(new Float32Array(1))], { code: 'segment-length', message });
  });
});
