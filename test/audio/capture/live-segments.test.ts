// Segments cut from a stream, however its samples arrive.
import assert from 'node:assert/strict';
import { type LiveSegment, LiveSegments } from '#src/audio/capture/live-segments';

/** A stream in which every sample is its own index. */
const ramp = (length: number, from = 0): Float32Array => Float32Array.from({ length }, (_, i) => from + i);

/** Feeds 0, 1, 2 … in chunks of the given sizes, over and over, until `total` samples are in. */
function feed(segments: LiveSegments, total: number, sizes: number[]): void {
  for (let sent = 0, turn = 0; sent < total; turn++) {
    const size = Math.min(sizes[turn % sizes.length], total - sent);
    segments.push(ramp(size, sent));
    sent += size;
  }
}

function segmentsOf(segment: number, hop: number, total: number, sizes: number[]): LiveSegment[] {
  const out: LiveSegment[] = [];
  feed(new LiveSegments(segment, hop, cut => out.push(cut)), total, sizes);
  return out;
}

describe('LiveSegments', () => {
  const chunkings = [[1], [7, 1, 64, 3], [100], [1000], [99, 101], [250]];

  const cuts: [number, number, string][] = [
    [100, 100, 'adjoining'],
    [100, 37, 'overlapping'],
    [100, 1, 'overlapping in all but one sample'],
    [100, 263, 'with gaps'],
    [1, 1, 'of one sample'],
  ];
  for (const [segment, hop, name] of cuts) {
    it(`cuts ${name} segments at the right samples, whatever the sizes of the chunks`, () => {
      const total = 1000;
      const count = Math.floor((total - segment) / hop) + 1;
      for (const sizes of chunkings) {
        const segments = segmentsOf(segment, hop, total, sizes);
        assert.equal(segments.length, count, `chunks of ${sizes}`);
        segments.forEach(({ pcm, start, sequence }, index) => {
          assert.equal(start, index * hop);
          assert.equal(sequence, index);
          assert.deepEqual(pcm, ramp(segment, index * hop), `chunks of ${sizes}, segment ${index}`);
        });
      }
    });
  }

  it('gives each segment its own memory', () => {
    const [first, second] = segmentsOf(4, 2, 8, [3]);
    first.pcm.fill(-1);
    assert.deepEqual([...second.pcm], [2, 3, 4, 5]);
  });

  it('knows up to where it has delivered: gaps that are wanted are not missing', () => {
    const next = (hop: number, samples: number): number => {
      const segments = new LiveSegments(10, hop, () => {});
      segments.push(ramp(samples));
      return segments.next;
    };
    assert.deepEqual([next(10, 9), next(10, 25), next(4, 15), next(25, 12), next(25, 30)], [0, 20, 14, 25, 25]);
  });

  it('cuts at the right samples past 2³¹ of them', () => {
    const [segment, hop] = [100, 2 ** 29 - 7];
    const starts: number[] = [];
    let first = 0;
    const segments = new LiveSegments(segment, hop, ({ pcm, start }) => {
      starts.push(start);
      first = pcm[0];
    });
    // One buffer in which each sample is its place, pushed over and over.
    const buffer = ramp(2 ** 20);
    for (let sent = 0; sent < 2 ** 32 + 2 ** 20; sent += buffer.length) {
      segments.push(buffer);
      assert.equal(first, (starts.at(-1) ?? 0) % buffer.length);
    }
    assert.deepEqual(
      starts,
      Array.from({ length: 9 }, (_, i) => i * hop),
    );
  });

  it('lets no segment reach across a restart and counts on', () => {
    const out: LiveSegment[] = [];
    const segments = new LiveSegments(10, 20, cut => out.push(cut));
    segments.push(ramp(27));
    segments.restart();
    segments.push(ramp(12, 500));
    assert.deepEqual(
      out.map(({ pcm, start, sequence }) => [pcm[0], start, sequence]),
      [
        [0, 0, 0],
        [500, 0, 1],
      ],
    );
  });
});
