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

/** Replays the scores from index `from` to the newest, with a pause every few milliseconds. */
function* replaying(
  history: ScoreHistory,
  from: number,
  threshold: number,
  settings: AlarmSettings,
): Generator<void, Replay> {
  const steps = Math.ceil(SCORES_A_TURN / (settings.window + 20));
  const [first, end] = [Math.max(from, history.start), history.end];
  let memory = INITIAL_ALARM;
  let [alarms, told] = [0, 0];
  for (let index = first; index < end; index++) {
    if (index > first && (index - first) % steps === 0) yield;
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

/**
 * Replays the scores from index `from` to the newest, in turns of the event loop of a few milliseconds each. Scores of
 * several topics count as of one.
 */
export async function replayScores(...asked: Parameters<typeof replaying>): Promise<Replay> {
  const replay = replaying(...asked);
  for (let turn = replay.next(); ; turn = replay.next()) {
    if (turn.done) return turn.value;
    await new Promise(setImmediate);
  }
}

/** The same at once, where nothing else waits: for a threshold that is being dragged. */
export function replayAtOnce(...asked: Parameters<typeof replaying>): Replay {
  const replay = replaying(...asked);
  for (;;) {
    const turn = replay.next();
    if (turn.done) return turn.value;
  }
}

/** How many episodes there were: times that the verdicts went from normal to anomaly. */
export function countEpisodes(history: ScoreHistory): number {
  let before = 'normal';
  let episodes = 0;
  for (const { verdict } of history.entries()) {
    if (verdict === 'none') continue;
    if (verdict === 'anomaly' && before === 'normal') episodes++;
    before = verdict;
  }
  return episodes;
}
