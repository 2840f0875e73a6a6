// The loudness of a stream, for a display.

export class LevelMeter {
  private sum = 0;
  private count = 0;

  add(pcm: Float32Array): void {
    for (let i = 0; i < pcm.length; i++) this.sum += pcm[i] * pcm[i];
    this.count += pcm.length;
  }

  /**
   * Root mean square of all that was added since the last call, in dB relative to full scale (a square wave of
   * amplitude 1 has 0 dB, a sine −3 dB); −Infinity where all samples were 0 or there were none.
   */
  read(): number {
    const level = this.count === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(this.sum / this.count);
    this.sum = 0;
    this.count = 0;
    return level;
  }
}
