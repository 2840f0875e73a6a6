// The properties of an audio-features node.
import { GATING_BLOCK_SECONDS } from '../../src/dsp/loudness';
import { defineFields, nodeName, number } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  blockSeconds: number({ default: 0.5, min: GATING_BLOCK_SECONDS, max: 60, unit: 'seconds', icon: 'scissors' }),
  silenceDb: number({ default: -80, min: -400, max: 0, unit: 'dB', icon: 'volume-off' }),
});
