// How often a training in a thread tells of itself.

/** Epochs of a tiny network take a millisecond; nobody can read that fast. */
const INTERVAL_MS = 100;

interface Progress {
  phase: string;
  epoch: number;
  epochs: number;
}

/** Passes on what is due: the start of a phase, the end of one, and in between not more than ten a second. */
export function paced<P extends Progress>(tell: (progress: P) => void): (progress: P) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let phase: string | undefined;
  return progress => {
    const now = performance.now();
    const isDue = progress.phase !== phase || progress.epoch === progress.epochs || now - toldAt >= INTERVAL_MS;
    if (!isDue) return;
    phase = progress.phase;
    toldAt = now;
    tell(progress);
  };
}
