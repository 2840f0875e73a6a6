// How often a busy node shows its status: each one is an event to every open editor.

const INTERVAL_MS = 500;

export class StatusPace {
  private shownAt = Number.NEGATIVE_INFINITY;

  /** @param now ms, of a clock that only runs forward */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Whether to show the status now: not more than twice a second.
   * @param matters it is to be shown all the same
   */
  isDue(matters = false): boolean {
    const now = this.now();
    if (!matters && now - this.shownAt < INTERVAL_MS) return false;
    this.shownAt = now;
    return true;
  }

  /** Something else is shown, e.g. an error; the next status takes its place at once. */
  startOver(): void {
    this.shownAt = Number.NEGATIVE_INFINITY;
  }
}
