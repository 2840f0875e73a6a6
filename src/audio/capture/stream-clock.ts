// Tells when a sample was recorded, and how much sound was lost within a stream: a sound server that runs out of buffer
// drops it without a word, and then the samples fall behind the clock for good.

/** Samples this far behind the clock, milliseconds, … */
const LOSS_MS = 500;
/** … during this whole time, milliseconds, are lost and not just late: no buffer on the way holds more. */
const WINDOW_MS = 3000;
/** Share by which a device's clock may be slower than ours; what falls behind faster adds up until it is a loss. */
const DRIFT = 0.002;

export class StreamClock {
  private samples = 0;
  /** When the stream began, judged by the earliest arrival: sound arrives late, never early. */
  private origin = Number.POSITIVE_INFINITY;
  private windowOrigin = Number.POSITIVE_INFINITY;
  private windowStart: number | undefined;
  /** What `origin` was before a loss that is known, but not yet how long it was. */
  private originBefore: number | undefined;
  /** Another loss has become known while one is being measured: that is measured next. */
  private lostAgain = false;

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

  /** Whether anything has come since the stream began. */
  get hasSound(): boolean {
    return this.samples > 0;
  }

  /** Whether a loss is known whose length is not. */
  get isMeasuring(): boolean {
    return this.originBefore !== undefined;
  }

  /** Counts samples that have just arrived. Returns the milliseconds of sound found lost, usually 0. */
  advance(samples: number): number {
    const now = this.now();
    this.samples += samples;
    const origin = now - this.lasting(this.samples);
    this.origin = Math.min(this.origin, origin);
    this.windowOrigin = Math.min(this.windowOrigin, origin);
    this.windowStart ??= now;
    return now - this.windowStart < this.windowMs ? 0 : this.closeWindow(now);
  }

  /** Sound was lost and that is known; `advance` tells how much when it can be measured. */
  noteLoss(): void {
    if (this.isMeasuring) {
      this.lostAgain = true;
      return;
    }
    this.originBefore = this.origin;
    this.origin = Number.POSITIVE_INFINITY;
    this.windowOrigin = Number.POSITIVE_INFINITY;
    this.windowStart = undefined;
  }

  /** The stream begins again with sample 0. */
  restart(): void {
    this.samples = 0;
    this.origin = Number.POSITIVE_INFINITY;
    this.windowOrigin = Number.POSITIVE_INFINITY;
    this.windowStart = undefined;
    this.originBefore = undefined;
    this.lostAgain = false;
  }

  /** When a sample of the stream was recorded: milliseconds since 1970. */
  timeOf(sample: number): number {
    return Math.round(Date.now() - (this.now() - this.origin) + this.lasting(sample));
  }

  /** The same on the clock that never jumps, as long as a loss has not been measured on that before it; milliseconds. */
  heardAt(sample: number): number {
    return (this.originBefore ?? this.origin) + this.lasting(sample);
  }

  private closeWindow(now: number): number {
    const known = this.originBefore;
    const behind = this.windowOrigin - (known ?? this.origin);
    const isLost = known !== undefined || behind > LOSS_MS;
    // The device's clock and ours drift apart: follow it.
    this.origin = isLost ? this.windowOrigin : this.origin + Math.min(behind, DRIFT * this.windowMs);
    this.originBefore = undefined;
    this.windowOrigin = Number.POSITIVE_INFINITY;
    this.windowStart = now;
    if (this.lostAgain) {
      this.lostAgain = false;
      this.noteLoss();
    }
    return isLost ? Math.max(0, behind) : 0;
  }

  private lasting(samples: number): number {
    return (samples / this.sampleRate) * 1000;
  }
}
