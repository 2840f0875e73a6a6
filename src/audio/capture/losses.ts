// Sound that was lost: what has not been told with a segment yet, and all of it.

export interface Lost {
  /** Stretches of sound. */
  stretches: number;
  seconds: number;
}

export class Losses {
  private untold: Lost = { stretches: 0, seconds: 0 };
  private told: Lost = { stretches: 0, seconds: 0 };

  /** How long a stretch was may be found later than that there is one. */
  add(stretches: number, seconds: number): void {
    this.untold.stretches += stretches;
    this.untold.seconds += seconds;
  }

  get hasUntold(): boolean {
    return this.untold.stretches > 0;
  }

  /** Since the microphone was made. */
  get all(): Lost {
    return {
      stretches: this.told.stretches + this.untold.stretches,
      seconds: this.told.seconds + this.untold.seconds,
    };
  }

  /** What is to be told with a segment; it is told once. */
  take(): Lost {
    const { untold } = this;
    this.told = this.all;
    this.untold = { stretches: 0, seconds: 0 };
    return untold;
  }
}
