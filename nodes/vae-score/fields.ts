// The properties of a vae-score node.
import { DEFAULT_SCORE_KIND, SCORE_KIND_IDS } from '../../src/detectors/score-kinds';
import { choice, defineFields, flag, model, nodeName } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  score: choice(SCORE_KIND_IDS, { default: DEFAULT_SCORE_KIND, icon: 'tachometer' }),
  /** Whether odd segments come with a drawing of what was odd. */
  explain: flag({ default: false, icon: 'picture-o' }),
});
