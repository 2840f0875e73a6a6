// Progress of one training as progress of the sweep it belongs to.
import type { TrainingProgress } from './train';

export class SweepClock {
  private readonly started = performance.now();
  constructor(private readonly runs: number) {}

  /**
   * The progress of the training with `rlWeight`, the `i`-th from 0, with its place in the sweep and the seconds left
   * until the whole sweep ends, early stopping not foreseen.
   */
  place(progress: TrainingProgress, rlWeight: number, i: number): TrainingProgress {
    const { epoch, epochs } = progress;
    const done = i + epoch / epochs;
    const elapsed = (performance.now() - this.started) / 1000;
    const secondsLeft = done > 0 ? (elapsed / done) * (this.runs - done) : 0;
    return { ...progress, secondsLeft, rlWeight, run: i + 1, runs: this.runs };
  }
}
