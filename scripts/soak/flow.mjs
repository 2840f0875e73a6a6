// The flow that a day passes through, and the user directory it lives in: the whole chain with explanations, a second way
// to train on, and recordings of what was strange, the oldest of which make room.
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../set-up.mjs';

export const MODULE = '@earshot/node-red-audio-anomaly';
export const SEGMENT_SECONDS = 2;
export const MODEL = 'model';

const MOTOR = join(root, 'examples', 'sounds', 'motor');
const recordings = part =>
  readdirSync(MOTOR, { recursive: true })
    .filter(name => name.endsWith('.flac') && name.includes(part))
    .map(name => join(MOTOR, name));

/** @param revision what a deployment changes: that of the nodes that a segment passes */
export function flowOf(revision) {
  const z = 'soak';
  const chain = { x: 100, y: 100, z, name: `revision ${revision}` };
  const still = { x: 100, y: 100, z };
  const sounds = { healthy: recordings('healthy'), damaged: recordings('damaged'), seconds: SEGMENT_SECONDS };
  return [
    { id: z, type: 'tab', label: 'soak' },
    { id: MODEL, type: 'audio-model', name: 'motor' },
    {
      id: 'microphone',
      type: 'soak-microphone',
      ...still,
      ...sounds,
      wires: [['spectrogram'], ['learnt spectrogram']],
    },
    { id: 'spectrogram', type: 'spectrogram', ...chain, keepSound: true, wires: [['score']] },
    { id: 'score', type: 'vae-score', ...chain, model: MODEL, explain: true, wires: [['threshold']] },
    { id: 'threshold', type: 'threshold', ...chain, model: MODEL, wires: [['record', 'decisions'], ['decisions']] },
    { id: 'record', type: 'wav-record', ...still, folder: 'strange', maxFiles: 20, whenFull: 'oldest', wires: [[]] },
    { id: 'learnt spectrogram', type: 'spectrogram', ...still, wires: [['train']] },
    { id: 'train', type: 'vae-train', ...still, model: MODEL, epochs: 5, wires: [['models'], []] },
    { id: 'errors', type: 'catch', ...still, scope: null, wires: [['errors taken']] },
    ...['decisions', 'models'].map(takes => ({ id: takes, type: 'soak-end', ...still, takes, wires: [] })),
    { id: 'errors taken', type: 'soak-end', ...still, takes: 'errors', wires: [] },
  ];
}

export function writeUserDir(userDir) {
  mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
  mkdirSync(join(userDir, 'nodes'));
  symlinkSync(root, join(userDir, 'node_modules', ...MODULE.split('/')));
  const manifest = { name: 'soak', private: true, dependencies: { [MODULE]: '*' } };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(manifest));
  const nodes = JSON.stringify(join(root, 'scripts', 'soak', 'nodes.cjs'));
  writeFileSync(join(userDir, 'nodes', 'soak.js'), `module.exports = require(${nodes});`);
  const types = ['soak-microphone', 'soak-end'];
  const register = type => `RED.nodes.registerType('${type}', { category: 'soak', defaults: {} });`;
  const page = `<script type="text/javascript">${types.map(register).join('')}</script>`;
  writeFileSync(join(userDir, 'nodes', 'soak.html'), page);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flowOf(0)));
}
