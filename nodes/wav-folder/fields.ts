// The properties of a wav-folder node.
import { parseLabelRule } from '../../src/audio/label-rule';
import type { UserError } from '../../src/errors';
import { above, choice, defineFields, flag, folder, Misfit, nodeName, number, texts, written } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  folder: folder({ default: 'recordings', icon: 'folder-open' }),
  recursive: flag({ default: true, icon: 'sitemap' }),
  /** What a file's label is taken from. */
  labels: written({ default: 'folder', expected: 'folder, none or a regular expression', parse: readLabels }),
  /** Empty: all. */
  onlyLabels: texts({
    icon: 'filter',
    check: (list, get) =>
      list.length === 0 || get('labels') !== 'none' || new Misfit('nothing, because files get no labels'),
  }),
  sampleRate: number({
    ...{ default: 0, or: 0, min: 1000, max: 384_000, integer: true, unit: 'Hz', icon: 'line-chart' },
    expected: '0 (as the file) or a whole number from 1000 to 384000 Hz',
  }),
  channels: choice(['mix', 'each'], { default: 'mix', icon: 'headphones' }),
  segmentSeconds: number({ default: 0, min: 0, max: 3600, unit: 'seconds', icon: 'scissors' }),
  hopSeconds: number({
    ...{ default: 0, initial: '', min: 0, max: 3600, unit: 'seconds', icon: 'step-forward', width: 140 },
    when: { segmentSeconds: above(0) },
  }),
  pad: choice(['right', 'left', 'drop'], {
    ...{ default: 'right', icon: 'align-left' },
    when: { segmentSeconds: above(0) },
  }),
  watch: flag({ default: false, icon: 'eye' }),
});

function readLabels(text: string): ReturnType<typeof parseLabelRule> | Misfit {
  try {
    return parseLabelRule(text);
  } catch (error) {
    const problem = ((error as UserError).cause as Error).message;
    return new Misfit(`folder, none or a regular expression (${problem})`, { values: { problem } });
  }
}
