// The last scores of a model and what a threshold made of them, in a ring of fixed size: for a curve over time, and
// for counting what another threshold would have done. Kept always by Node-RED, where adding one is a few stores; an
// editor has a copy, filled once with all (`encode`, `decode`) and kept up by what is new (`since`, `update`).

export type Verdict = 'none' | 'normal' | 'anomaly';

export interface HistoryEntry {
  /** When the score came, ms since 1970. */
  at: number;
  score: number;
  /** NaN where no threshold has judged it. */
  threshold: number;
  verdict: Verdict;
}

/** An entry in an event: time, score, threshold (null where none has judged it), verdict. */
export type ToldScore = [at: number, score: number, threshold: number | null, verdict: Verdict];

const VERDICTS = ['none', 'normal', 'anomaly'] as const satisfies readonly Verdict[];
/** 8 hours at one score every 2 s; 245 kB. */
export const HISTORY_LIMIT = 14_400;
/** What `encode` writes first: float64 time of the first entry, float64 its index. */
const ENCODED_HEAD = 16;
/** And of each entry: float32 seconds after the first one, score, threshold, verdict. */
const ENCODED_ENTRY = 16;

export class ScoreHistory {
  /** Scores so far, those that have dropped out of the ring included; the index of the next one. */
  end = 0;
  /** Index of the first score that ever came here. */
  private first = 0;
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
    return Math.max(this.first, this.end - this.limit);
  }

  get isEmpty(): boolean {
    return this.end === this.start;
  }

  /** @returns the entry's index */
  add(entry: HistoryEntry): number {
    this.put(this.end, entry);
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

  /** The newest entry; undefined where there is none. */
  last(): HistoryEntry | undefined {
    return this.isEmpty ? undefined : this.entry(this.end - 1);
  }

  /** All entries, oldest first, or those that came at `since` or later (ms since 1970). */
  *entries(since = Number.NEGATIVE_INFINITY): Generator<HistoryEntry, void> {
    for (let index = this.firstAt(since); index < this.end; index++) yield this.entry(index);
  }

  /** Index of the first entry that came at `since` or later; `end` where there is none. */
  private firstAt(since: number): number {
    let [low, high] = [this.start, this.end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at[middle % this.limit] < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  clear(): void {
    this.first = this.end = 0;
  }

  /** The entries from index `from` on, for an event. */
  since(from: number): ToldScore[] {
    return Array.from({ length: this.end - from }, (_, i) => {
      const { at, score, threshold, verdict } = this.entry(from + i);
      return [at, score, Number.isNaN(threshold) ? null : threshold, verdict];
    });
  }

  /**
   * Takes in an event: entries from index `from` on; known ones are replaced.
   * @returns false where entries before `from` are missing: all are needed
   */
  update(from: number, entries: readonly ToldScore[]): boolean {
    if (from > this.end) return false;
    entries.forEach(([at, score, threshold, verdict], i) => {
      this.put(from + i, { at, score, threshold: threshold ?? Number.NaN, verdict });
    });
    this.end = Math.max(this.end, from + entries.length);
    return true;
  }

  /**
   * All entries as bytes, little-endian: float64 time of the first, float64 its index, then for each entry four float32:
   * seconds after the first, score, threshold, verdict (0 none, 1 normal, 2 anomaly).
   */
  encode(): Uint8Array {
    const { start, end, limit } = this;
    const encoded = new DataView(new ArrayBuffer(ENCODED_HEAD + ENCODED_ENTRY * (end - start)));
    const first = this.at[start % limit];
    encoded.setFloat64(0, first, true);
    encoded.setFloat64(8, start, true);
    for (let index = start, at = ENCODED_HEAD; index < end; index++, at += ENCODED_ENTRY) {
      const slot = index % limit;
      encoded.setFloat32(at, (this.at[slot] - first) / 1000, true);
      encoded.setFloat32(at + 4, this.scores[slot], true);
      encoded.setFloat32(at + 8, this.thresholds[slot], true);
      encoded.setFloat32(at + 12, this.verdicts[slot], true);
    }
    return new Uint8Array(encoded.buffer);
  }

  /** Takes over what `encode` made of another one, in place of all; of no bytes, nothing. */
  decode(bytes: ArrayBuffer): void {
    this.clear();
    if (bytes.byteLength < ENCODED_HEAD) return;
    const encoded = new DataView(bytes);
    const firstAt = encoded.getFloat64(0, true);
    this.first = this.end = encoded.getFloat64(8, true);
    for (let at = ENCODED_HEAD; at + ENCODED_ENTRY <= bytes.byteLength; at += ENCODED_ENTRY) {
      this.add({
        at: firstAt + 1000 * encoded.getFloat32(at, true),
        score: encoded.getFloat32(at + 4, true),
        threshold: encoded.getFloat32(at + 8, true),
        verdict: VERDICTS[encoded.getFloat32(at + 12, true)],
      });
    }
  }

  private put(index: number, { at, score, threshold, verdict }: HistoryEntry): void {
    const slot = index % this.limit;
    this.at[slot] = at;
    this.scores[slot] = score;
    this.thresholds[slot] = threshold;
    this.verdicts[slot] = VERDICTS.indexOf(verdict);
  }
}
