// The example flow "sound back" in a real Node-RED, as imported: a model learns a motor, redraws sounds and makes some
// up; all of them can be heard.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { installedExamples, only } from '../support/flows';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';
import { until } from '../support/wait';

describe('sound back, in a real Node-RED', function () {
  this.timeout(240_000);
  let nodeRed: NodeRed;
  let flow: FlowEntry[];

  const press = (number: number) => nodeRed.inject(only(flow, 'inject', new RegExp(`^${number}`)).id);
  const filesOf = (kind: string): string[] => {
    try {
      return readdirSync(join(nodeRed.userDir, 'sound-back', kind)).filter(name => name.endsWith('.wav'));
    } catch {
      return [];
    }
  };
  /** Mean square of the newest sound of a kind. */
  const energyOf = async (kind: string): Promise<number> => {
    const name = filesOf(kind).sort().at(-1) as string;
    const { pcm, sampleRate } = await readAudioFile(join(nodeRed.userDir, 'sound-back', kind, name));
    assert.equal(sampleRate, 16000);
    assert.ok(Math.abs(pcm.length - 16000) < 512, `${pcm.length} samples`);
    return pcm.reduce((sum, sample) => sum + sample ** 2, 0) / pcm.length;
  };

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    flow = [...installedExamples(nodeRed.userDir)].find(([name]) => name.startsWith('20 '))?.[1] ?? [];
    await nodeRed.deploy(flow);
  });
  after(() => nodeRed?.stop());

  it('says that there is no model before the first button', async () => {
    await press(4);
    await nodeRed.status(only(flow, 'vae-generate', /make up/).id, /not been trained yet/);
  });

  it('learns the motor', async () => {
    await press(1);
    await nodeRed.status(only(flow, 'vae-train').id, /^trained v1/, { timeout: 180_000 });
  });

  it('makes up four sounds, as loud as the motor', async () => {
    await press(4);
    await until('four sounds', () => filesOf('made-up').length === 4, { timeout: 30_000 });
    const energy = await energyOf('made-up');
    console.log(`      made up: ${(10 * Math.log10(energy)).toFixed(1)} dBFS`);
    assert.ok(energy > 10 ** -7 && energy < 10 ** -2, `${energy}`);
  });

  it('redraws the healthy motor, and the damaged one as quietly as the healthy one that it knows', async () => {
    const level = async (button: number, count: number): Promise<{ heard: number; redrawn: number }> => {
      await press(button);
      const kinds = ['redrawn', 'straight-back'];
      await until('redrawn sounds', () => kinds.every(kind => filesOf(kind).length >= count), { timeout: 60_000 });
      const db = async (kind: string) => 10 * Math.log10(await energyOf(kind));
      return { heard: await db('straight-back'), redrawn: await db('redrawn') };
    };
    const healthy = await level(2, 12);
    const damaged = await level(3, 24);
    for (const [name, { heard, redrawn }] of Object.entries({ healthy, damaged })) {
      console.log(`      ${name}: heard at ${heard.toFixed(1)} dBFS, redrawn at ${redrawn.toFixed(1)} dBFS`);
    }
    const lost = ({ heard, redrawn }: { heard: number; redrawn: number }) => heard - redrawn;
    assert.ok(Math.abs(lost(healthy)) < 10);
    assert.ok(lost(damaged) > lost(healthy) + 4);
  });

  it('lets the last sound be played in the editor', async () => {
    const id = only(flow, 'spectrogram-to-audio', /redrawn/).id;
    const response = await fetch(`${nodeRed.url}/audio-anomaly/sound/${id}`);
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'audio/wav']);
    const wav = Buffer.from(await response.arrayBuffer());
    assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
    assert.ok(Math.abs(wav.length - 44 - 2 * 16000) < 1024, `${wav.length} bytes`);
  });
});
