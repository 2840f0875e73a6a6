// The properties of an audio-augment node.
import { choice, defineFields, nodeName, not, number } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  copies: number({ default: 3, min: 0, max: 100, integer: true, icon: 'clone', error: 'number' }),
  gainDb: number({ default: 3, min: 0, max: 60, unit: 'dB', icon: 'volume-up', error: 'number' }),
  noise: choice(['none', 'white', 'pink'], { default: 'white', icon: 'bullhorn' }),
  snrDb: number({
    ...{ default: 30, min: -60, max: 120, unit: 'dB', icon: 'signal', error: 'number' },
    when: { noise: not('none') },
  }),
  shiftSeconds: number({ default: 0.1, min: 0, max: 60, unit: 's', icon: 'arrows-h', error: 'number' }),
  speedPercent: number({ default: 0, min: 0, max: 40, unit: '%', icon: 'fast-forward', error: 'number' }),
  maskOctaves: number({ default: 0, min: 0, max: 5, unit: 'octaves', icon: 'filter', error: 'number' }),
  seed: number({ default: 1, min: 0, max: 2 ** 32 - 1, integer: true, icon: 'random', error: 'number' }),
});
