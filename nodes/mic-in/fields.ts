// The properties of a mic-in node.
import { BACKEND_NAMES } from '../../src/audio/capture/backend';
import { choice, defineFields, flag, nodeName, number, text } from '../shared/schema';

/** So that overlapping segments do not multiply the sound beyond what a flow can take. */
const MAX_OVERLAP = 100;

const segmentSeconds = (seconds: unknown): number => Number(seconds) || 0;

export const fields = defineFields({
  /** `msg.topic`, where it is not empty. */
  name: nodeName(),
  device: text({ default: 'default', icon: 'microphone' }),
  backend: choice(['auto', ...BACKEND_NAMES], { default: 'auto', icon: 'plug' }),
  sampleRate: number({ default: 44_100, min: 4000, max: 384_000, integer: true, unit: 'Hz', icon: 'line-chart' }),
  segmentSeconds: number({ default: 2, min: 0.1, max: 120, unit: 's', icon: 'scissors' }),
  /** From the start of a segment to that of the next. */
  hopSeconds: number({
    default: get => segmentSeconds(get('segmentSeconds')),
    min: get => segmentSeconds(get('segmentSeconds')) / MAX_OVERLAP,
    ...{ max: 86_400, unit: 's', icon: 'step-forward', width: 140 },
  }),
  autostart: flag({ default: true, icon: 'play' }),
});
