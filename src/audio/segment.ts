// Cuts sound into segments of one length, `hop` apart, overlapping or with gaps; as a whole or as a stream.
// The end of the sound gets one more segment where the ones before leave samples uncovered, unless `pad` is 'drop'.
import { UserError } from '../errors';
import { join } from './resample';

/** What happens where the sound ends within a segment: silence after it, silence before it, or it is left out. */
export type Pad = 'right' | 'left' | 'drop';

/** The longest segment, in samples of all channels: 256 MiB of float32, 25 minutes of one channel at 44.1 kHz. */
export const MAX_SEGMENT_SAMPLES = 64 * 1024 * 1024;

/**
 * Where the segments of a sound of `samples` samples start.
 * @param segmentSamples length of a segment @param hopSamples from one start to the next; both above 0
 */
export function segmentStarts(samples: number, segmentSamples: number, hopSamples: number, pad: Pad): number[] {
  const starts: number[] = [];
  for (let start = 0; start < samples; start += hopSamples) {
    const whole = start + segmentSamples <= samples;
    const covered = start > 0 && start - hopSamples + segmentSamples >= samples;
    if (!whole && (covered || pad === 'drop')) break;
    starts.push(start);
  }
  return starts;
}

/** How many segments `segmentStarts` gives. */
export function segmentCount(samples: number, segmentSamples: number, hopSamples: number, pad: Pad): number {
  const whole = samples < segmentSamples ? 0 : Math.floor((samples - segmentSamples) / hopSamples) + 1;
  const next = whole * hopSamples;
  const isCovered = whole > 0 && next - hopSamples + segmentSamples >= samples;
  return pad !== 'drop' && next < samples && !isCovered ? whole + 1 : whole;
}

/** One segment, a fresh array, with silence where the sound does not reach. */
export function takeSegment(pcm: Float32Array, start: number, segmentSamples: number, pad: Pad): Float32Array {
  return padded(pcm.subarray(start, start + segmentSamples), segmentSamples, pad);
}

function padded(sound: Float32Array, length: number, pad: Pad): Float32Array {
  const segment = new Float32Array(length);
  segment.set(sound, pad === 'left' ? length - sound.length : 0);
  return segment;
}

/** Segments of a stream: the same as `segmentStarts` and `takeSegment` give, holding no more than one segment. */
export class Segmenter {
  private segment: Float32Array;
  private filled = 0;
  /** Samples in `segment` that no segment before had. */
  private fresh = 0;
  /** Samples to leave out before the next segment starts. */
  private gap = 0;

  /**
   * @param segmentSamples 1 to MAX_SEGMENT_SAMPLES
   * @param channels how many are cut side by side
   */
  constructor(
    private readonly segmentSamples: number,
    private readonly hopSamples: number,
    private readonly pad: Pad,
    channels = 1,
  ) {
    assertSegmentLength(segmentSamples, channels);
    this.segment = new Float32Array(segmentSamples);
  }

  /** The segments that are complete with this block. */
  *push(block: Float32Array): Generator<Float32Array, void> {
    let offset = 0;
    while (offset < block.length) {
      const left = Math.min(this.gap, block.length - offset);
      this.gap -= left;
      offset += left;
      const part = block.subarray(offset, offset + this.segmentSamples - this.filled);
      this.segment.set(part, this.filled);
      this.filled += part.length;
      this.fresh += part.length;
      offset += part.length;
      if (this.filled === this.segmentSamples) yield this.next();
    }
  }

  /** The last segment, where samples are left that no other has. */
  *end(): Generator<Float32Array, void> {
    if (this.fresh > 0 && this.pad !== 'drop') {
      yield padded(this.segment.subarray(0, this.filled), this.segmentSamples, this.pad);
    }
  }

  private next(): Float32Array {
    const full = this.segment;
    this.segment = new Float32Array(this.segmentSamples);
    const overlap = Math.max(0, this.segmentSamples - this.hopSamples);
    this.segment.set(full.subarray(this.segmentSamples - overlap));
    this.filled = overlap;
    this.fresh = 0;
    this.gap = Math.max(0, this.hopSamples - this.segmentSamples);
    return full;
  }
}

/** The whole sound as one segment. */
export class WholeSound {
  private blocks: Float32Array[] = [];
  private samples = 0;

  /** @param channels how many are read side by side */
  constructor(private readonly channels = 1) {}

  // biome-ignore lint/correctness/useYield: the same shape as Segmenter, of which this is the limit.
  *push(block: Float32Array): Generator<Float32Array, void> {
    this.samples += block.length;
    assertSegmentLength(this.samples, this.channels);
    this.blocks.push(block);
  }

  *end(): Generator<Float32Array, void> {
    const { blocks } = this;
    this.blocks = [];
    if (this.samples > 0) yield join(blocks);
  }
}

function assertSegmentLength(samples: number, channels: number): void {
  if (samples * channels <= MAX_SEGMENT_SAMPLES) return;
  const each = Math.floor(MAX_SEGMENT_SAMPLES / channels);
  const minutes = (each / 44_100 / 60).toFixed(channels < 10 ? 0 : 1);
  const of = channels === 1 ? '' : ` of each of its ${channels} channels`;
  throw new UserError(
    'segment-length',
    `too long for one segment: more than ${each} samples${of} (${minutes} minutes at 44.1 kHz). Set a${channels === 1 ? '' : ' shorter'} segment length.`,
  );
}
