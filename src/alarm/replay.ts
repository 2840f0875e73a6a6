// What a threshold would have made of scores that have been: the alarm's own steps, taken again.
import { type AlarmSettings, INITIAL_ALARM, stepAlarm } from './alarm';
import type { ScoreHistory } from './score-history';

export interface Replay {
  scores: number;
  /** From the first of them to the last. */
  seconds: number;
  /** Times that the state went from normal to anomaly. */
  alarms: number;
  /** Anomalies that would have been told: messages on the first output. */
  told: number;
}

/** Scores looked at in one turn of the event loop: each step takes in all scores of the voting window. */
const SCORES_A_TURN = 100_000;

/**
 * Replays the scores from index `from` to the newest, in turns of the event loop of a few milliseconds each. Scores of
 * several topics count as of one.
 */
export async function replayScores(
  history: ScoreHistory,
  from: number,
  threshold: number,
  settings: AlarmSettings,
): Promise<Replay> {
  const steps = Math.ceil(SCORES_A_TURN / (settings.window + 20));
  const [first, end] = [Math.max(from, history.start), history.end];
  let memory = INITIAL_ALARM;
  let [alarms, told] = [0, 0];
  for (let index = first; index < end; index++) {
    if (index > first && (index - first) % steps === 0) await new Promise(setImmediate);
    // What has dropped out of the ring meanwhile is other scores by now.
    if (index < history.start) continue;
    const { at, score } = history.entry(index);
    const { memory: next, tell } = stepAlarm(memory, settings, score, threshold, at);
    if (next.state === 'anomaly' && memory.state === 'normal') alarms++;
    if (tell && next.state === 'anomaly') told++;
    memory = next;
  }
  const seconds =
    end > first ? (history.entry(end - 1).at - history.entry(Math.max(first, history.start)).at) / 1000 : 0;
  return { scores: end - first, seconds, alarms, told };
}
