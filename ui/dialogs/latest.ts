// Questions to Node-RED while a form is being filled in: a moment after the last change, one at a time, and of the
// answers only that to the newest question counts.

const PAUSE_MS = 200;

export interface Answering<Answer> {
  answer: (answer: Answer) => void;
  fail: (error: unknown) => void;
}

export class Latest<Answer> {
  private asking = false;
  private again = false;
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ask asks with the fields as they are */
  constructor(
    private readonly ask: () => Promise<Answer>,
    private readonly then: Answering<Answer>,
  ) {}

  /** Asks when nothing has changed for a moment. */
  soon(): void {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void this.now(), PAUSE_MS);
  }

  async now(): Promise<void> {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.again = this.asking;
    if (this.asking) return;
    this.asking = true;
    const outcome = await this.outcome();
    this.asking = false;
    if (this.closed) return;
    if (this.again) void this.now();
    else outcome();
  }

  private async outcome(): Promise<() => void> {
    try {
      const answer = await this.ask();
      return () => this.then.answer(answer);
    } catch (thrown) {
      return () => this.then.fail(thrown);
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
