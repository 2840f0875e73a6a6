// From scores, one after the other, to a state that does not flutter, and to which of them someone should hear about.
// Pure: a step takes the memory of one topic and gives a new one; time is handed in.

export interface AlarmSettings {
  /** A state of anomaly needs this many … */
  votes: number;
  /** … of the last this many scores. */
  window: number;
  /**
   * Fraction of the threshold: within an anomaly a score counts as long as it is above threshold·(1 − hysteresis), so
   * that a score close to the threshold does not switch to and fro. (Below zero: threshold − hysteresis·|threshold|.)
   */
  hysteresis: number;
  /** After an anomaly was told, the next one is told this many seconds later at the earliest. */
  holdOffSeconds: number;
  /** 'change': only a state other than the one told last is told; normal is taken as told at the start. */
  notify: 'every' | 'change';
}

export type AlarmState = 'anomaly' | 'normal';

/** What is remembered of one topic. */
export interface AlarmMemory {
  state: AlarmState;
  /** The last `window` scores, oldest first. */
  scores: readonly number[];
  /** The state told last. */
  told: AlarmState;
  /** When an anomaly was told last, ms on the caller's clock. */
  anomalyToldAt: number;
}

export const INITIAL_ALARM: AlarmMemory = {
  state: 'normal',
  scores: [],
  told: 'normal',
  anomalyToldAt: Number.NEGATIVE_INFINITY,
};

export interface AlarmStep {
  memory: AlarmMemory;
  /** How many of the last `window` scores count as anomalous. */
  votes: number;
  /** Whether this score should be told. */
  tell: boolean;
}

/**
 * Takes in one score.
 * @param now milliseconds on a clock that never goes back
 */
export function stepAlarm(
  memory: AlarmMemory,
  settings: AlarmSettings,
  score: number,
  threshold: number,
  now: number,
): AlarmStep {
  const scores = [...memory.scores, score].slice(-settings.window);
  const level = memory.state === 'anomaly' ? threshold - settings.hysteresis * Math.abs(threshold) : threshold;
  const votes = scores.filter(value => value > level).length;
  const state = votes >= settings.votes ? 'anomaly' : 'normal';
  const heldOff = state === 'anomaly' && now - memory.anomalyToldAt < settings.holdOffSeconds * 1000;
  const tell = !heldOff && (settings.notify === 'every' || state !== memory.told);
  return {
    memory: {
      state,
      scores,
      told: tell ? state : memory.told,
      anomalyToldAt: tell && state === 'anomaly' ? now : memory.anomalyToldAt,
    },
    votes,
    tell,
  };
}

/**
 * Reads votes as people write them: "3/5" is three of the last five scores, "2" two in a row.
 * @returns undefined where the text is something else, or asks for more votes than there are scores
 */
export function parseVotes(text: string): { votes: number; window: number } | undefined {
  const [, first, second = first] = /^\s*(\d{1,3})\s*(?:\/\s*(\d{1,3})\s*)?$/.exec(text) ?? [];
  const votes = Number(first);
  const window = Number(second);
  return votes >= 1 && window >= votes ? { votes, window } : undefined;
}
