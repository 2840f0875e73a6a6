// An endless stream of samples as numbered segments.
import { Segmenter } from '../segment';

export interface LiveSegment {
  pcm: Float32Array;
  /** Index of its first sample in the stream, counted from the last `restart()`. */
  start: number;
  /** Counts segments from 0, restarts included. */
  sequence: number;
}

export class LiveSegments {
  private segmenter: Segmenter;
  private start = 0;
  private sequence = 0;
  private deliveredTo = 0;

  /**
   * @param segmentSamples length of a segment, at least 1
   * @param hopSamples from the start of one segment to the start of the next, at least 1; less than a segment makes them
   * overlap, more leaves gaps
   */
  constructor(
    private readonly segmentSamples: number,
    private readonly hopSamples: number,
    private readonly emit: (segment: LiveSegment) => void,
  ) {
    this.segmenter = this.newSegmenter();
  }

  push(pcm: Float32Array): void {
    for (const segment of this.segmenter.push(pcm)) {
      const { start, sequence } = this;
      this.start += this.hopSamples;
      this.sequence++;
      this.deliveredTo = Math.max(start + this.segmentSamples, this.start);
      this.emit({ pcm: segment, start, sequence });
    }
  }

  /** The first sample of the stream that is still to be delivered; gaps between segments count as delivered. */
  get next(): number {
    return this.deliveredTo;
  }

  /** The stream broke off: no segment may reach across, what was collected is dropped. */
  restart(): void {
    this.segmenter = this.newSegmenter();
    this.start = 0;
    this.deliveredTo = 0;
  }

  private newSegmenter(): Segmenter {
    return new Segmenter(this.segmentSamples, this.hopSamples, 'drop');
  }
}
