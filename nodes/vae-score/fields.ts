// The properties of a vae-score node.
import { choice, defineFields, flag, model, nodeName } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  score: choice(['rl', 'kl', 'total'], { default: 'rl', icon: 'tachometer' }),
  /** Whether odd segments come with a drawing of what was odd. */
  explain: flag({ default: false, icon: 'picture-o' }),
});
