// The last scores of a model and what a threshold made of them, in a ring of fixed size: for a curve over time, and
// for counting what another threshold would have done. Kept always; adding one is a few stores.

export type Verdict = 'none' | 'normal' | 'anomaly';

export interface HistoryEntry {
  /** When the score came, ms since 1970. */
  at: number;
  score: number;
  /** NaN where no threshold has judged it. */
  threshold: number;
  verdict: Verdict;
}

const VERDICTS = ['none', 'normal', 'anomaly'] as const satisfies readonly Verdict[];
/** 8 hours at one score every 2 s; 245 kB. */
export const HISTORY_LIMIT = 14_400;
/** What `encode` writes of an entry: seconds after the first one, score, threshold, verdict; float32. */
const ENCODED_FLOATS = 4;
const ENCODED_HEAD = 16;

export class ScoreHistory {
  /** Scores so far, those that have dropped out of the ring included; the index of the next one. */
  end = 0;
  private readonly at: Float64Array;
  private readonly scores: Float32Array;
  private readonly thresholds: Float32Array;
  private readonly verdicts: Uint8Array;

  constructor(readonly limit = HISTORY_LIMIT) {
    this.at = new Float64Array(limit);
    this.scores = new Float32Array(limit);
    this.thresholds = new Float32Array(limit);
    this.verdicts = new Uint8Array(limit);
  }

  /** The index of the oldest entry that is still there. */
  get start(): number {
    return Math.max(0, this.end - this.limit);
  }

  /** @returns the entry's index */
  add({ at, score, threshold, verdict }: HistoryEntry): number {
    const slot = this.end % this.limit;
    this.at[slot] = at;
    this.scores[slot] = score;
    this.thresholds[slot] = threshold;
    this.verdicts[slot] = VERDICTS.indexOf(verdict);
    return this.end++;
  }

  /** Adds to an entry what a threshold said; nothing where it has dropped out or was judged before. */
  judge(index: number, threshold: number, verdict: Verdict): void {
    const slot = index % this.limit;
    if (index < this.start || index >= this.end || this.verdicts[slot] !== 0) return;
    this.thresholds[slot] = threshold;
    this.verdicts[slot] = VERDICTS.indexOf(verdict);
  }

  /** @param index from `start` to `end` − 1 */
  entry(index: number): HistoryEntry {
    const slot = index % this.limit;
    return {
      at: this.at[slot],
      score: this.scores[slot],
      threshold: this.thresholds[slot],
      verdict: VERDICTS[this.verdicts[slot]],
    };
  }

  /**
   * All entries for the way to a browser, little-endian: float64 time of the first, float64 its index, then for each
   * entry four float32: seconds after the first, score, threshold, verdict (0 none, 1 normal, 2 anomaly).
   */
  encode(): Buffer {
    const { start, end, limit } = this;
    const encoded = Buffer.alloc(ENCODED_HEAD + 4 * ENCODED_FLOATS * (end - start));
    const first = this.at[start % limit];
    encoded.writeDoubleLE(first, 0);
    encoded.writeDoubleLE(start, 8);
    for (let index = start, at = ENCODED_HEAD; index < end; index++, at += 4 * ENCODED_FLOATS) {
      const slot = index % limit;
      encoded.writeFloatLE((this.at[slot] - first) / 1000, at);
      encoded.writeFloatLE(this.scores[slot], at + 4);
      encoded.writeFloatLE(this.thresholds[slot], at + 8);
      encoded.writeFloatLE(this.verdicts[slot], at + 12);
    }
    return encoded;
  }
}
