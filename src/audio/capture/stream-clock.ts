// Tells when a sample was recorded, and notices sound that was lost without a word: a sound server that runs out of
// buffer drops it silently, and then the samples fall behind the clock for good.

/** Samples this far behind the clock, milliseconds, … */
const LOSS_MS = 500;
/** … during this whole time, milliseconds, are lost and not just late: no buffer on the way holds more. */
const WINDOW_MS = 3000;

export class StreamClock {
  private samples = 0;
  /** When the stream began, judged by the earliest arrival: sound arrives late, never early. */
  private origin = Number.POSITIVE_INFINITY;
  private windowOrigin = Number.POSITIVE_INFINITY;
  private windowStart: number | undefined;

  /**
   * @param sampleRate Hz
   * @param now a clock that never jumps, milliseconds
   * @param windowMs how long samples must be behind to be lost and not just late: longer than any buffer on the way
   */
  constructor(
    private readonly sampleRate: number,
    private readonly now: () => number = () => performance.now(),
    private readonly windowMs = WINDOW_MS,
  ) {}

  /** Counts samples that have just arrived. Returns the milliseconds of sound found lost, usually 0. */
  advance(samples: number): number {
    const now = this.now();
    this.samples += samples;
    const origin = now - this.lasting(this.samples);
    this.origin = Math.min(this.origin, origin);
    this.windowOrigin = Math.min(this.windowOrigin, origin);
    this.windowStart ??= now;
    if (now - this.windowStart < this.windowMs) return 0;
    const behind = this.windowOrigin - this.origin;
    // The device's clock and ours drift apart by parts in ten thousand: follow it.
    this.origin = this.windowOrigin;
    this.windowOrigin = Number.POSITIVE_INFINITY;
    this.windowStart = now;
    return behind > LOSS_MS ? behind : 0;
  }

  /** Sound was lost and that is known: what arrives from now on counts anew. */
  resynchronise(): void {
    this.origin = Number.POSITIVE_INFINITY;
    this.windowOrigin = Number.POSITIVE_INFINITY;
    this.windowStart = undefined;
  }

  /** The stream begins again with sample 0. */
  restart(): void {
    this.samples = 0;
    this.resynchronise();
  }

  /** When a sample of the stream was recorded: milliseconds since 1970. */
  timeOf(sample: number): number {
    return Math.round(Date.now() - (this.now() - this.origin) + this.lasting(sample));
  }

  private lasting(samples: number): number {
    return (samples / this.sampleRate) * 1000;
  }
}
