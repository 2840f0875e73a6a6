// The ready-made flow behind "Start listening": one microphone, a model, a threshold, and an answer to what goes wrong.
import { LEAST_EXAMPLES } from '../../src/detectors/vae/defaults';
import type { SidebarKey } from '../shared/texts';

const SAMPLE_RATE = 16_000;
export const SEGMENT_SECONDS = 2;
const NODES = [
  ...[
    'tab',
    'model',
    'note',
    'mic',
    'spectrogram',
    'train',
    'score',
    'threshold',
    'anomaly',
    'normal',
    'catch',
    'once',
  ],
  'problem',
] as const;

/** How many segments a recording of so many minutes has. */
export const segmentsOf = (minutes: number): number =>
  Math.max(LEAST_EXAMPLES, Math.round((60 * minutes) / SEGMENT_SECONDS));

type FlowText = SidebarKey extends infer Key ? (Key extends `flow.${infer Name}` ? Name : never) : never;

export interface StarterOptions {
  device: string;
  minutes: number;
  newId: () => string;
  text: (key: FlowText) => string;
}

export interface StarterFlow {
  /** Nodes as Node-RED imports them, a tab with them. */
  flow: object[];
  /** Ids. */
  tab: string;
  mic: string;
  model: string;
  train: string;
}

export function starterFlow({ device, minutes, newId, text }: StarterOptions): StarterFlow {
  const ids = Object.fromEntries(NODES.map(name => [name, newId()])) as Record<(typeof NODES)[number], string>;
  const z = ids.tab;
  const debug = (id: string, name: string, complete: string, x: number, y: number): object => ({
    ...{ id, type: 'debug', z, name, active: true, tosidebar: false, console: false, tostatus: true },
    ...{ complete, targetType: 'msg', statusVal: complete, statusType: 'auto', x, y, wires: [] },
  });
  const flow = [
    { id: z, type: 'tab', label: text('tab'), disabled: false, info: text('info') },
    { id: ids.model, type: 'audio-model', name: text('model'), folder: 'audio-models', threads: 0, engine: 'auto' },
    { id: ids.note, type: 'comment', z, name: text('note'), info: text('info'), x: 340, y: 40, wires: [] },
    {
      ...{ id: ids.mic, type: 'mic-in', z, name: text('microphone'), device, backend: 'auto', autostart: true },
      ...{ sampleRate: SAMPLE_RATE, segmentSeconds: SEGMENT_SECONDS, hopSeconds: '' },
      ...{ x: 130, y: 140, wires: [[ids.spectrogram]] },
    },
    {
      ...{ id: ids.spectrogram, type: 'spectrogram', z, name: '', fftSize: 1024, hopLength: 512, window: 'hann' },
      ...{ scale: 'mel', melBands: 128, fMin: 0, fMax: 0, frames: 0, normalize: 'model', rangeDb: 80 },
      ...{ x: 330, y: 140, wires: [[ids.train, ids.score]] },
    },
    {
      ...{ id: ids.train, type: 'vae-train', z, name: text('learn'), model: ids.model, preset: 'compact' },
      ...{ filters: '', kernels: '', strides: '', latentDim: '', batchNorm: '', variational: true, epochs: '' },
      ...{ batchSize: '', learningRate: '', rlWeight: '', klWeight: '', validationSplit: 0.2, earlyStopping: 'none' },
      ...{ seed: 1, trainWhen: 'asked', count: segmentsOf(minutes), x: 550, y: 100, wires: [[], []] },
    },
    {
      ...{ id: ids.score, type: 'vae-score', z, name: text('score'), model: ids.model, score: 'rl', explain: true },
      ...{ x: 560, y: 180, wires: [[ids.threshold]] },
    },
    {
      ...{ id: ids.threshold, type: 'threshold', z, name: text('threshold'), method: 'mean-std', deviations: 4 },
      ...{ percentile: 99, perDay: 1, everySeconds: 0, value: '', from: 'model', model: ids.model, learnCount: 50 },
      ...{ votes: '1/1', hysteresis: 0, holdOffSeconds: 0, notify: 'every' },
      ...{ x: 750, y: 180, wires: [[ids.anomaly], [ids.normal]] },
    },
    debug(ids.anomaly, text('anomaly'), 'anomaly.text', 950, 160),
    debug(ids.normal, text('normal'), 'anomaly.text', 950, 200),
    { id: ids.catch, type: 'catch', z, name: '', scope: null, uncaught: false, x: 120, y: 260, wires: [[ids.once]] },
    {
      ...{ id: ids.once, type: 'rbe', z, name: text('once'), func: 'rbe', gap: '', start: '', inout: 'out' },
      ...{ septopics: false, property: 'error.message', topi: 'topic', x: 330, y: 260, wires: [[ids.problem]] },
    },
    { ...debug(ids.problem, text('problem'), 'error.message', 540, 260), tosidebar: true, tostatus: false },
  ];
  return { flow, tab: z, mic: ids.mic, model: ids.model, train: ids.train };
}
