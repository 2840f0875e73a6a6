// Work that must not overlap: one piece after the other, in the order in which it was asked for.

export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private asked = 0;

  /** Pieces of work under way and waiting. */
  get size(): number {
    return this.asked;
  }

  /**
   * Does a piece of work when all earlier ones are over, however they ended.
   * @returns what the work returns; rejects with what it throws
   */
  take<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.asked++;
    const turn = this.last.then(work).finally(() => this.asked--);
    this.last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when all that was asked for so far is over. */
  async over(): Promise<void> {
    await this.last;
  }
}
