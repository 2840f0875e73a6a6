// The properties of a spectrogram-to-audio node.
import { choice, defineFields, nodeName, number } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  phase: choice(['griffin-lim', 'input'], { default: 'griffin-lim', icon: 'random' }),
  iterations: number({
    ...{ default: 32, min: 1, max: 1000, integer: true, icon: 'repeat' },
    when: { phase: 'griffin-lim' },
  }),
  format: choice(['pcm', 'wav'], { default: 'pcm', icon: 'file-audio-o' }),
});
