// The example flows as files: whole, portable, and with the settings that must agree agreeing. That they run is
// tested in test/e2e.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { bufferOf } from '#src/messages';
import { PACKAGE_ROOT } from '../support/pack';

interface FlowNode {
  id: string;
  type: string;
  z?: string;
  g?: string;
  x?: number;
  y?: number;
  wires?: string[][];
  links?: string[];
  nodes?: string[];
  [property: string]: unknown;
}

const folder = join(PACKAGE_ROOT, 'examples');
const flows = new Map(
  readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as FlowNode[]]),
);
const SPECTROGRAM_SETTINGS = ['fftSize', 'hopLength', 'window', 'scale', 'melBands', 'fMin', 'fMax', 'frames'];

describe('the example flows', () => {
  it('share no id, so that all can be imported side by side', () => {
    const ids = [...flows.values()].flat().map(node => node.id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  for (const [name, flow] of flows) {
    describe(name, () => {
      const ids = new Set(flow.map(node => node.id));
      const canvas = flow.filter(node => node.x !== undefined && node.type !== 'group');

      it('refers only to its own nodes', () => {
        const references = flow.flatMap(
          ({ type, z, g, wires = [], links = [], nodes = [], model, broker, ...more }) => {
            const ownBroker = /^\w{16}$/.test(String(broker)) && broker;
            const page = type.startsWith('ui-') ? [more.group, more.page, more.ui, more.theme] : [];
            return [z, g, model, ...page, ...wires.flat(), ...links, ...nodes, ownBroker].filter(Boolean);
          },
        );
        assert.deepEqual(
          references.filter(id => !ids.has(String(id))),
          [],
        );
      });

      it('names bundled sounds that are there, and no folder of one machine only', () => {
        for (const { folder: named } of flow.filter(node => typeof node.folder === 'string')) {
          const bundled = /^earshot:(.+)$/.exec(String(named));
          if (bundled) assert.ok(existsSync(join(folder, 'sounds', bundled[1])), String(named));
          else assert.doesNotMatch(String(named), /^(\/|~|[A-Za-z]:)|\.\./);
        }
      });

      it('makes the pictures for training and for scoring alike', () => {
        const settings = flow
          .filter(node => node.type === 'spectrogram')
          .map(node => JSON.stringify([...SPECTROGRAM_SETTINGS, 'normalize', 'rangeDb'].map(key => node[key])));
        const uses = flow.some(node => node.type === 'vae-train' || node.type === 'vae-score');
        assert.equal(new Set(settings).size, uses ? 1 : 0, settings.join('\n'));
      });

      it('shows errors and begins with what to press', () => {
        assert.ok(flow.some(node => node.type === 'catch' && node.wires?.flat().length));
        const [first] = [...canvas].sort((a, b) => Number(a.y) - Number(b.y));
        assert.equal(first.type, 'comment');
        assert.ok(String(first.info).length > 100);
      });

      it('needs no node type that Node-RED and this package do not bring, or names the module to install', () => {
        const own = Object.keys(JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))['node-red'].nodes);
        const known = new Set([...own, 'tab', 'group', 'comment', 'inject', 'debug', 'catch', 'change', 'switch']);
        for (const type of [
          'link in',
          'link out',
          'junction',
          'function',
          'delay',
          'trigger',
          'rbe',
          'mqtt out',
          'mqtt-broker',
          'global-config',
        ]) {
          known.add(type);
        }
        const moduleOf = (type: string) =>
          type === 'e-mail' ? 'node-red-node-email' : /^ui-/.test(type) ? '@flowfuse/node-red-dashboard' : type;
        const foreign = flow.filter(node => !known.has(node.type)).map(node => moduleOf(node.type));
        const modules = (flow.find(node => node.type === 'global-config')?.modules ?? {}) as object;
        assert.deepEqual([...new Set(foreign)], Object.keys(modules));
      });
    });
  }
});

describe('the bundled sounds', () => {
  const sounds = readdirSync(join(folder, 'sounds'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(flac|mp3)$/.test(name))
    .map(name => name.replaceAll('\\', '/'));

  it('are small', () => {
    const bytes = sounds.reduce((sum, name) => sum + statSync(join(folder, 'sounds', name)).size, 0);
    assert.ok(bytes < 4 * 2 ** 20, `${bytes} bytes`);
  });

  it('are all in a folder whose licence is stated', () => {
    const licences = readFileSync(join(folder, 'sounds', 'LICENSES.md'), 'utf8');
    const unnamed = sounds.filter(name => !licences.includes(`| \`${name.slice(0, name.lastIndexOf('/') + 1)}\` `));
    assert.deepEqual(unnamed, []);
  });

  it('share no second between training and test', async () => {
    const SECOND = 4 * 16000;
    const TRAINING = /^\w+\/(normal|train)\//;
    const pcm = new Map<string, Buffer>();
    for (const name of sounds) pcm.set(name, bufferOf((await readAudioFile(join(folder, 'sounds', name))).pcm));
    for (const test of sounds.filter(name => name.includes('/test/'))) {
      const training = sounds.filter(name => TRAINING.test(name) && name.split('/')[0] === test.split('/')[0]);
      const tested = pcm.get(test)!;
      for (let at = 0; at < tested.length; at += SECOND) {
        // 200 samples in a row: sound recorded from the air does not repeat itself for that long.
        const stretch = tested.subarray(at, at + 800);
        assert.ok(!training.some(name => pcm.get(name)!.includes(stretch)), test);
      }
    }
  });
});
