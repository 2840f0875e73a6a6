// What the package's routes give to those who may ask: no file but those they are for, nothing of another model. Who may
// ask stands in access.test.ts.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wav16 } from '../audio/fixtures';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';
import { javascript } from '../support/flows';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'mic', type: 'mic-in', z: 'tab', autostart: false, wires: [[]] },
  { id: 'model-a', type: 'audio-model', name: 'Pump' },
  { id: 'model-b', type: 'audio-model', name: 'Fan' },
  // A stand-in for a model: judges every segment of a folder as strange, with a heat-map of one byte.
  { id: 'folder', type: 'wav-folder', z: 'tab', folder: 'earshot:tap/test', wires: [['judge']] },
  { id: 'records', type: 'wav-folder', z: 'tab', folder: 'sounds', recursive: true, wires: [[]] },
  javascript(
    'judge',
    'tab',
    `const model = { id: 'model-a', name: 'Pump', version: 1 };
    return { ...msg, payload: 2, topic: msg.filename, score: { kind: 'rl', rl: 2, kl: 0, total: 2, latent: [], model },
      explanation: { picture: Buffer.from([7]), text: 'x' } };`,
    [['limit']],
  ),
  { id: 'limit', type: 'threshold', z: 'tab', method: 'manual', value: 1, wires: [[], []] },
];

describe('routes of the package', () => {
  const userDir = tempFolder('userdir');
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => running.url);

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW, ADMIN_AUTH, userDir);
  });
  after(() => running?.program.stop());

  it('check a folder as a node would read it: no way out of the bundled sounds, no NUL, no content', async () => {
    const check = async (folder: string): Promise<string> => {
      const { status, bytes } = await ask('POST', '/audio-anomaly/wav-folder/check', 'writer', { dialog: 'a', folder });
      assert.equal(status, 200);
      return bytes.toString();
    };
    assert.match(await check('earshot:../..'), /"problem":"earshot:..\/.. leads out of the bundled sounds/);
    assert.match(await check('earshot:motor/..%2f..'), /"problem":"no such folder/);
    assert.match(await check('sounds\u0000'), /"problem":".*without a NUL character/);
    assert.match(await check('/proc/self/mem'), /"problem":"not a folder/);
    // A link is followed, as the node does; what is in a file that is no sound is not told.
    const outside = join(userDir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.wav'), 'secret');
    mkdirSync(join(userDir, 'audio-models'), { recursive: true });
    symlinkSync(outside, join(userDir, 'audio-models', 'link'));
    const linked = await check('audio-models');
    assert.match(linked, /link\/secret.wav/);
    assert.doesNotMatch(linked, /"secret"/);
    assert.match(await check('earshot:tap'), /"type":"checked","check":\{"labels":\[\{"label":"tap-alone","files":3/);
  });

  it('preview no file but those in the folder of a deployed node: no way up, no NUL, no link out of it', async () => {
    const folder = join(userDir, 'sounds');
    mkdirSync(folder);
    writeFileSync(join(folder, 'here.wav'), wav16(new Int16Array(8000)));
    const elsewhere = join(userDir, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'secret.wav'), wav16(new Int16Array(8000)));
    symlinkSync(join(elsewhere, 'secret.wav'), join(folder, 'link.wav'));
    symlinkSync(elsewhere, join(folder, 'way'));
    const dialog = `/audio-anomaly/spectrogram/preview/${'0f'.repeat(16)}`;
    const choose = (name: string, source = 'records') => ask('POST', `${dialog}/sound`, 'writer', { source, name });
    assert.deepEqual((await choose('here.wav')).body, {
      ...{ name: 'here.wav', seconds: 1, sampleRate: 8000, isCut: false, warnings: [] },
    });
    for (const name of ['link.wav', 'way/secret.wav']) {
      const { status, body } = await choose(name);
      assert.deepEqual([status, body.code], [409, 'outside-folder'], name);
    }
    const tricks = ['../elsewhere/secret.wav', '..%2felsewhere%2fsecret.wav', 'here.wav\0', 'here.wav/', './here.wav'];
    for (const name of [...tricks, join(elsewhere, 'secret.wav'), '/etc/passwd', '', '__proto__']) {
      const { status, body } = await choose(name);
      assert.deepEqual([status, body.code], [409, 'no-such-sound'], name);
      assert.match(String(body.error), /^there is no sound file .* in the folder of this wav-folder node; choose one/);
    }
    for (const source of ['gone', 'mic', 'model-a', '../folder', '__proto__', 'records\0']) {
      const { status, body } = await choose('here.wav', source);
      assert.deepEqual([status, body.code], [404, 'not-deployed'], source);
    }
    const ids = { sources: 'records,mic,gone' };
    const listed = await ask('POST', '/audio-anomaly/spectrogram/preview/sounds', 'writer', ids);
    const [sounds, ...others] = listed.body as unknown as { id: string; files?: { names: string[] } }[];
    assert.ok(sounds.files?.names.includes('here.wav') && !listed.bytes.includes(userDir), 'names, no paths');
    assert.deepEqual(others, [{ id: 'mic' }, { id: 'gone' }]);
    assert.equal((await ask('POST', `${dialog}/end`, 'writer', {})).status, 200);
  });

  it('say in words that a source or model is not there', async () => {
    const watch = async (looked: object) =>
      (await ask('POST', '/audio-anomaly/sidebar/watch', 'reader', looked)).body as Record<'source' | 'model', boolean>;
    const { source, model: isThere } = await watch({ source: 'mic', model: 'model-a' });
    assert.deepEqual([source, isThere], [true, true]);
    const gone = await watch({ source: 'model-a', model: 'mic' });
    assert.deepEqual([gone.source, gone.model], [false, false], 'a model is no source');
    const missing = await ask('GET', '/audio-anomaly/sidebar/models/gone', 'reader');
    assert.deepEqual([missing.status, missing.body.error], [404, 'this audio model is not deployed or is disabled']);
    const model = await ask('GET', '/audio-anomaly/sidebar/models/model-b', 'reader');
    assert.deepEqual([model.status, model.body.name, model.body.alarms], [200, 'Fan', []]);
  });

  it('give the sound and the heat-map of an alarm under its own model only', async () => {
    const askModel = (path: string) => ask('GET', `/audio-anomaly/sidebar/models/${path}`, 'writer');
    const mark = (path: string) =>
      ask('POST', `/audio-anomaly/sidebar/models/${path}/normal`, 'writer', { normal: true });
    await ask('POST', '/audio-anomaly/wav-folder/folder/run', 'writer');
    const alarms = await until('alarms', async () => {
      const known = (await askModel('model-a')).body.alarms as { id: string; hasSound: boolean }[];
      return known.length === 6 && known;
    });
    for (const { id, hasSound } of alarms) {
      assert.match(id, /^[0-9a-f]{24}$/);
      assert.ok(hasSound);
      const heatmap = await askModel(`model-a/alarms/${id}/heatmap`);
      assert.deepEqual([heatmap.status, heatmap.type, [...heatmap.bytes]], [200, 'image/png', [7]]);
      const sound = await askModel(`model-a/alarms/${id}/sound`);
      assert.deepEqual([sound.status, sound.type], [200, 'audio/wav']);
      assert.equal(sound.bytes.readUInt32LE(4) + 8, sound.bytes.length);
      for (const what of ['heatmap', 'sound']) {
        assert.equal((await askModel(`model-b/alarms/${id}/${what}`)).status, 404);
        assert.equal((await askModel(`gone/alarms/${id}/${what}`)).status, 404);
      }
      assert.equal((await mark(`model-b/alarms/${id}`)).status, 404);
    }
    const refused = await mark(`model-a/alarms/${alarms[0].id}`);
    assert.deepEqual([refused.status, refused.body.error], [409, 'the spectrogram of this alarm is not kept any more']);
  });
});
