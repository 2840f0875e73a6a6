// The scores of one model as the sidebar knows them: a ring of the same size as the server's, filled once from a
// snapshot and kept up by events. No drawing here, so that it can be tested without a browser.

export const LIMIT = 14_400;
export const NONE = 0;
export const NORMAL = 1;
export const ANOMALY = 2;
const VERDICTS = { none: NONE, normal: NORMAL, anomaly: ANOMALY };

export class ScoreStore {
  constructor(limit = LIMIT) {
    this.limit = limit;
    this.at = new Float64Array(limit);
    this.scores = new Float32Array(limit);
    this.thresholds = new Float32Array(limit);
    this.verdicts = new Uint8Array(limit);
    this.clear();
  }

  clear() {
    this.start = 0;
    this.end = 0;
  }

  /** Takes over a snapshot: the bytes that ScoreHistory.encode makes. */
  load(bytes) {
    this.clear();
    if (bytes.byteLength < 16) return;
    const view = new DataView(bytes);
    const first = view.getFloat64(0, true);
    this.start = this.end = view.getFloat64(8, true);
    for (let at = 16; at + 16 <= bytes.byteLength; at += 16) {
      const value = i => view.getFloat32(at + 4 * i, true);
      this.put(this.end, first + 1000 * value(0), value(1), value(2), value(3));
    }
  }

  /**
   * Takes in an event: `[at, score, threshold, verdict]` from index `from` on; known ones are replaced.
   * @returns false where entries before `from` are missing: a snapshot is needed
   */
  update(from, entries) {
    if (from > this.end) return false;
    entries.forEach(([at, score, threshold, verdict], i) => {
      this.put(from + i, at, score, threshold ?? Number.NaN, VERDICTS[verdict]);
    });
    return true;
  }

  put(index, at, score, threshold, verdict) {
    const slot = index % this.limit;
    this.at[slot] = at;
    this.scores[slot] = score;
    this.thresholds[slot] = threshold;
    this.verdicts[slot] = verdict;
    this.end = Math.max(this.end, index + 1);
    this.start = Math.max(this.start, this.end - this.limit);
  }

  /** Calls back for each entry that came after `since` (ms), oldest first. */
  forEach(since, callback) {
    for (let index = this.firstAfter(since); index < this.end; index++) {
      const slot = index % this.limit;
      callback(this.at[slot], this.scores[slot], this.thresholds[slot], this.verdicts[slot]);
    }
  }

  /** The last entry; undefined where there is none. */
  last() {
    if (this.end === this.start) return undefined;
    const slot = (this.end - 1) % this.limit;
    return {
      at: this.at[slot],
      score: this.scores[slot],
      threshold: this.thresholds[slot],
      verdict: this.verdicts[slot],
    };
  }

  firstAfter(since) {
    let [low, high] = [this.start, this.end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at[middle % this.limit] < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Reads votes as "3/5" or "2"; as src/alarm/alarm.ts. */
export function parseVotes(text) {
  const [, first, second = first] = /^\s*(\d{1,3})\s*(?:\/\s*(\d{1,3})\s*)?$/.exec(text || '1/1') ?? [];
  const [votes, window] = [Number(first), Number(second)];
  return votes >= 1 && window >= votes ? { votes, window } : { votes: 1, window: 1 };
}

/**
 * How many alarms a threshold would have raised on the scores in the store: times that the state goes from normal to
 * anomaly, with votes and hysteresis as src/alarm/alarm.ts has them.
 * @returns {{alarms: number, scores: number, seconds: number}}
 */
export function countAlarms(store, threshold, { votes, window, hysteresis }) {
  const { start, end, limit, scores, at } = store;
  // Within an anomaly a score counts down to a lower level: the scores in the window above either level are kept count of.
  const levels = [threshold, threshold - hysteresis * Math.abs(threshold)];
  const above = [0, 0];
  let anomaly = false;
  let alarms = 0;
  const step = (index, by) => {
    for (let i = 0; i < 2; i++) if (scores[index % limit] > levels[i]) above[i] += by;
  };
  for (let index = start; index < end; index++) {
    step(index, 1);
    if (index - window >= start) step(index - window, -1);
    const now = above[anomaly ? 1 : 0] >= votes;
    if (now && !anomaly) alarms++;
    anomaly = now;
  }
  const seconds = end > start ? (at[(end - 1) % limit] - at[start % limit]) / 1000 : 0;
  return { alarms, scores: end - start, seconds };
}

/** How many alarms there were: times that a threshold's verdict went from normal to anomaly. */
export function countRaised(store) {
  let anomaly = false;
  let alarms = 0;
  store.forEach(Number.NEGATIVE_INFINITY, (_at, _score, _threshold, verdict) => {
    if (verdict === NONE) return;
    if (verdict === ANOMALY && !anomaly) alarms++;
    anomaly = verdict === ANOMALY;
  });
  return alarms;
}
