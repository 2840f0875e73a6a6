// The properties of a vae-generate node.
import { choice, defineFields, model, nodeName, not, number } from '../shared/schema';

/** Drawn for one message: they are all in memory at once. */
const MAX_COUNT = 256;
export const MAX_SEED = 2 ** 32 - 1;

const leastCount = (mode: unknown): number => (mode === 'interpolate' ? 2 : 1);

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  mode: choice(['prior', 'reconstruct', 'interpolate'], { default: 'prior', icon: 'magic' }),
  count: number({
    ...{ default: 4, min: get => leastCount(get('mode')), max: MAX_COUNT, integer: true, icon: 'clone' },
    when: { mode: not('reconstruct') },
  }),
  /** Empty: others for each message. */
  seed: number({ min: 0, max: MAX_SEED, integer: true, icon: 'random', when: { mode: 'prior' } }),
});
