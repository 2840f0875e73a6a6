// The properties of a threshold node, as saved in a flow or as the edit dialog asks about them.
import type { AlarmSettings } from '../../src/alarm/alarm';
import { parseVotes } from '../../src/alarm/alarm';
import { MIN_BUDGET_SCORES, type ThresholdRule } from '../../src/alarm/threshold-rules';
import { describeValue, UserError } from '../../src/errors';
import { choiceField, numberField, textField } from '../shared/config';

export interface ThresholdConfig {
  method: ThresholdRule['method'];
  k: number;
  percentile: number;
  perDay: number;
  /** From one segment to the next, for the budget; 0 for the length that each segment tells. */
  everySeconds: number;
  value: number;
  from: 'model' | 'learn';
  /** Id of the audio-model, where the threshold comes from its training scores. */
  model: string;
  learnCount: number;
  alarm: AlarmSettings;
}

const MAX_LEARN_COUNT = 10_000;
export const SECONDS_PER_DAY = 86_400;
const K_LIMITS = { min: -100, max: 1000 };

/** @throws UserError `config` naming the field that is wrong */
export function readThreshold(def: object): ThresholdConfig {
  const method = choiceField(def, 'method', ['mean-std', 'percentile', 'budget', 'manual'], 'mean-std');
  const from = choiceField(def, 'from', ['model', 'learn'], 'model');
  const least = method === 'budget' ? MIN_BUDGET_SCORES : 2;
  return {
    method,
    // Node-RED's editor does not save properties named by one letter; flows written by hand may say k.
    k: numberField(def, 'deviations', numberField(def, 'k', 2, K_LIMITS), K_LIMITS),
    percentile: numberField(def, 'percentile', 99, { min: 0, max: 100 }),
    perDay: numberField(def, 'perDay', 1, { min: 1e-6, max: 1e6, unit: 'false alarms a day' }),
    everySeconds: numberField(def, 'everySeconds', 0, { min: 0, max: SECONDS_PER_DAY, unit: 'seconds' }),
    value: method === 'manual' ? readValue(def) : 0,
    from,
    model: textField(def, 'model'),
    learnCount:
      method !== 'manual' && from === 'learn'
        ? numberField(def, 'learnCount', 50, { min: least, max: MAX_LEARN_COUNT, integer: true, unit: 'messages' })
        : 0,
    alarm: {
      ...readVotes(def),
      hysteresis: numberField(def, 'hysteresis', 0, { min: 0, max: 1 }),
      holdOffSeconds: numberField(def, 'holdOffSeconds', 0, { min: 0, max: 1e9, unit: 'seconds' }),
      notify: choiceField(def, 'notify', ['every', 'change'], 'every'),
    },
  };
}

/**
 * The rule that the fields give.
 * @param segmentSeconds length of the segments, which the budget goes by where the field "every" is 0
 * @throws UserError `no-rate` where the budget needs that length and it is not known
 */
export function ruleOf(config: ThresholdConfig, segmentSeconds: unknown): ThresholdRule {
  const { method, k, percentile, perDay, everySeconds, value } = config;
  if (method === 'mean-std') return { method, k };
  if (method === 'percentile') return { method, percentile };
  if (method === 'manual') return { method, value };
  const seconds = everySeconds || segmentSeconds;
  if (typeof seconds === 'number' && seconds > 0) {
    return { method, perDay, segmentsPerDay: SECONDS_PER_DAY / seconds };
  }
  throw new UserError(
    'no-rate',
    `how often a score comes is not known: "every" is 0 and msg.audio says ${describeValue(segmentSeconds)} seconds. Open the threshold node and enter the seconds from one score to the next.`,
  );
}

function readValue(def: object): number {
  const value = numberField(def, 'value', Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new UserError('config', 'value is empty; expected the threshold as a number. Open the node and enter it.');
}

function readVotes(def: object): { votes: number; window: number } {
  const text = textField(def, 'votes', '1/1');
  const votes = parseVotes(text);
  if (votes) return votes;
  throw new UserError(
    'config',
    `votes is "${text}"; expected two whole numbers from 1 to 999, e.g. 2/3 for two of the last three. Open the node and correct it.`,
  );
}
