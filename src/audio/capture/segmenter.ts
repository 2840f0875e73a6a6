// Cuts an endless stream of samples into segments of one length: overlapping, adjoining or with gaps between them.
// Memory is one ring of a segment's length, however the samples arrive; each segment sent is a fresh array.

export interface Segment {
  pcm: Float32Array;
  /** Index of its first sample in the stream, counted from the last `restart()`. */
  start: number;
  /** Counts segments from 0, restarts included. */
  sequence: number;
  /** Overruns noted since the segment before. */
  overruns: number;
}

export class Segmenter {
  private readonly ring: Float32Array;
  /** Samples received since the last restart. */
  private received = 0;
  /** Where in the stream the next segment starts. */
  private start = 0;
  private sequence = 0;
  private overruns = 0;

  /**
   * @param segmentSamples length of a segment, at least 1
   * @param hopSamples from the start of one segment to the start of the next, at least 1; less than a segment makes them
   * overlap, more leaves gaps
   */
  constructor(
    private readonly segmentSamples: number,
    private readonly hopSamples: number,
    private readonly emit: (segment: Segment) => void,
  ) {
    this.ring = new Float32Array(segmentSamples);
  }

  push(pcm: Float32Array): void {
    for (let offset = 0; offset < pcm.length; ) {
      const end = this.start + this.segmentSamples;
      const count = Math.min(pcm.length - offset, end - this.received);
      this.write(pcm.subarray(offset, offset + count));
      offset += count;
      if (this.received === end) this.cut();
    }
  }

  /** Sound was lost: told with the next segment. */
  noteOverrun(): void {
    this.overruns++;
  }

  /** The stream broke off: no segment may reach across, what was collected is dropped. */
  restart(): void {
    this.received = 0;
    this.start = 0;
  }

  private write(pcm: Float32Array): void {
    const { ring } = this;
    // Only the newest ring length can be part of a segment; in a gap more than that may come at once.
    const newest = pcm.subarray(Math.max(0, pcm.length - ring.length));
    const at = (this.received + pcm.length - newest.length) % ring.length;
    const head = Math.min(newest.length, ring.length - at);
    ring.set(newest.subarray(0, head), at);
    ring.set(newest.subarray(head), 0);
    this.received += pcm.length;
  }

  private cut(): void {
    const { ring, start, sequence, overruns } = this;
    const oldest = this.received % ring.length;
    const pcm = new Float32Array(ring.length);
    pcm.set(ring.subarray(oldest), 0);
    pcm.set(ring.subarray(0, oldest), ring.length - oldest);
    this.start += this.hopSamples;
    this.sequence++;
    this.overruns = 0;
    this.emit({ pcm, start, sequence, overruns });
  }
}
