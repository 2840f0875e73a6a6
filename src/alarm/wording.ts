// Decisions in words and numbers, as they stand in an e-mail, a chat message or a node's status.
import { clockTime, formatScore, twoDigits } from '../formats';
import type { AlarmState } from './alarm';
import type { Threshold } from './threshold-rules';

export interface SpokenDecision {
  state: AlarmState;
  score: number;
  threshold: Threshold;
  /** Of the last `window` scores, how many count as anomalous. */
  votes: number;
  window: number;
  time: Date;
  /** A device or file; may be empty. */
  source: string;
}

/**
 * One sentence, e.g. "Anomaly at 14:03:12 from motor.wav: score 0.0312, 1.5 × the threshold 0.0205 (mean + 2·std of
 * 150 normal segments)". Local time.
 */
export function decisionText({ state, score, threshold, votes, window, time, source }: SpokenDecision): string {
  const from = source === '' ? '' : ` from ${source.split(/[\\/]/).at(-1)}`;
  const opening = `${state === 'anomaly' ? 'Anomaly' : 'Normal'} at ${clockTime(time)}${from}`;
  const voting = window > 1 ? `, ${votes} of the last ${window} scores count as anomalous` : '';
  return `${opening}: score ${formatScore(score)}, ${relation(score, threshold.value)} (${threshold.text})${voting}`;
}

function relation(score: number, threshold: number): string {
  const shown = `the threshold ${formatScore(threshold)}`;
  // A ratio means something only for quantities that start at zero.
  if (score >= 0 && threshold > 0) return `${formatRatio(score / threshold)} × ${shown}`;
  return `${score > threshold ? 'above' : 'not above'} ${shown}`;
}

function formatRatio(ratio: number): string {
  if (ratio >= 10) return ratio < 1e7 ? ratio.toFixed(0) : ratio.toExponential(1);
  return ratio >= 0.1 || ratio === 0 ? ratio.toFixed(1) : ratio.toPrecision(1);
}

/** Local date and time for a file name: YYYYMMDD-HHMMSS. */
export function fileTime(time: Date): string {
  const date = `${time.getFullYear()}${twoDigits(time.getMonth() + 1)}${twoDigits(time.getDate())}`;
  return `${date}-${clockTime(time).replaceAll(':', '')}`;
}
