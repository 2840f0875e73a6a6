// Decisions in words and numbers, as they stand in an e-mail, a chat message or a node's status.
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

const SCIENTIFIC_BELOW = 1e-4;
const SCIENTIFIC_FROM = 1e7;
const WHOLE_FROM = 100;

/** Three digits that count, e.g. 0.0312, 1.50, 2315, 3.10e-6. */
export function formatScore(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < SCIENTIFIC_BELOW || size >= SCIENTIFIC_FROM) return value.toExponential(2);
  return size >= WHOLE_FROM ? value.toFixed(0) : value.toPrecision(3);
}

function formatRatio(ratio: number): string {
  if (ratio >= 10) return ratio < SCIENTIFIC_FROM ? ratio.toFixed(0) : ratio.toExponential(1);
  return ratio >= 0.1 || ratio === 0 ? ratio.toFixed(1) : ratio.toPrecision(1);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time, HH:MM:SS. */
function clockTime(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Local date and time for a file name: YYYYMMDD-HHMMSS. */
export function fileTime(time: Date): string {
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${date}-${clockTime(time).replaceAll(':', '')}`;
}
