// The properties of a threshold node.
import { parseVotes } from '../../src/alarm/alarm';
import { MIN_BUDGET_SCORES } from '../../src/alarm/threshold-rules';
import { choice, defineFields, model, nodeName, not, number, written } from '../shared/schema';

export const SECONDS_PER_DAY = 86_400;

export const outputs = ['anomaly', 'normal'];

export const fields = defineFields({
  name: nodeName(),
  method: choice(['mean-std', 'percentile', 'budget', 'manual'], { default: 'mean-std', icon: 'balance-scale' }),
  // The k of mean + k · std. Node-RED's editor does not save properties named by one letter; flows written by hand may.
  deviations: number({ default: 2, min: -100, max: 1000, icon: 'times', when: { method: 'mean-std' }, was: ['k'] }),
  percentile: number({ default: 99, min: 0, max: 100, icon: 'percent', when: { method: 'percentile' } }),
  perDay: number({
    ...{ default: 1, min: 1e-6, max: 1e6, unit: 'false alarms a day' },
    ...{ icon: 'bell-o', when: { method: 'budget' } },
  }),
  /** From one segment to the next, for the budget; 0 for the length that each segment tells. */
  everySeconds: number({
    ...{ default: 0, min: 0, max: SECONDS_PER_DAY, unit: 'seconds' },
    ...{ icon: 'step-forward', when: { method: 'budget' } },
  }),
  value: number({ required: 'the threshold as a number', icon: 'minus', when: { method: 'manual' } }),
  from: choice(['model', 'learn'], { default: 'model', icon: 'area-chart', when: { method: not('manual') } }),
  model: model({ when: { method: not('manual'), from: 'model' } }),
  learnCount: number({
    ...{ default: 50, min: get => (get('method') === 'budget' ? MIN_BUDGET_SCORES : 2), max: 10_000, integer: true },
    ...{ unit: 'messages', icon: 'graduation-cap', when: { method: not('manual'), from: 'learn' } },
  }),
  votes: written({
    ...{ default: '1/1', parse: parseVotes, icon: 'hand-paper-o', width: 100 },
    expected: 'two whole numbers from 1 to 999, e.g. 2/3 for two of the last three',
  }),
  hysteresis: number({ default: 0, min: 0, max: 1, icon: 'arrows-v' }),
  notify: choice(['every', 'change'], { default: 'every', icon: 'paper-plane-o' }),
  holdOffSeconds: number({ default: 0, min: 0, max: 1e9, unit: 'seconds', icon: 'clock-o' }),
});
