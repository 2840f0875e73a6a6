// Questions to Node-RED while a form is being filled in: a moment after the last change, one at a time, and of the
// answers only that to the newest question counts.

const PAUSE_MS = 200;

export class Latest {
  /**
   * @param {() => Promise<unknown>} ask asks with the fields as they are
   * @param {{answer: (answer: any) => void, fail: (error: Error) => void}} then
   */
  constructor(ask, then) {
    Object.assign(this, { ask, then, asking: false, again: false, closed: false });
  }

  /** Asks when nothing has changed for a moment. */
  soon() {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void this.now(), PAUSE_MS);
  }

  async now() {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.again = this.asking;
    if (this.asking) return;
    this.asking = true;
    let outcome;
    try {
      const answer = await this.ask();
      outcome = () => this.then.answer(answer);
    } catch (error) {
      outcome = () => this.then.fail(error);
    }
    this.asking = false;
    if (this.closed) return;
    if (this.again) void this.now();
    else outcome();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
