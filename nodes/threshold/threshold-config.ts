// What the properties of a threshold node say: which rule, and how its alarm behaves.
import type { AlarmSettings } from '../../src/alarm/alarm';
import type { ThresholdRule } from '../../src/alarm/threshold-rules';
import { describeValue, UserError } from '../../src/errors';
import type { Config } from '../shared/schema';
import { type fields, SECONDS_PER_DAY } from './fields';

export type ThresholdConfig = Config<typeof fields>;

export const alarmOf = ({ votes, hysteresis, holdOffSeconds, notify }: ThresholdConfig): AlarmSettings => ({
  ...votes,
  ...{ hysteresis, holdOffSeconds, notify },
});

/**
 * The rule that the fields give.
 * @param segmentSeconds length of the segments, which the budget goes by where the field "every" is 0
 * @throws UserError `no-rate` where the budget needs that length and it is not known
 */
export function ruleOf(config: ThresholdConfig, segmentSeconds: unknown): ThresholdRule {
  const { method, deviations: k, percentile, perDay, everySeconds, value = 0 } = config;
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
