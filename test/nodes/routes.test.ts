// Every route that the package adds to Node-RED's admin API: closed to strangers, open to those with the permission,
// and deaf to names that try to be paths. What is tried is what the nodes register, so a new route is tried too.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { liveState } from '#src/live/live-state';
import { wav16 } from '../audio/fixtures';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';
import { javascript } from '../support/flows';
import { PACKAGE_ROOT } from '../support/pack';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

interface Route {
  method: string;
  path: string;
  /** Of the handler that comes first; undefined where none asks. */
  permission?: string;
}

const load = createRequire(__filename);
const { nodes, plugins } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))['node-red'] as Record<
  'nodes' | 'plugins',
  Record<string, string>
>;

/** Loads all node and plugin files with as much of Node-RED as registering takes; returns what they register. */
function registeredRoutes(): Route[] {
  const routes: Route[] = [];
  const register =
    (method: string) =>
    (path: string, first: { permission?: string }): void => {
      routes.push({ method, path, permission: first.permission });
    };
  const methods = ['get', 'post', 'put', 'delete', 'patch', 'all', 'use'];
  const RED = {
    nodes: { registerType() {} },
    plugins: { registerPlugin() {} },
    comms: { publish() {} },
    settings: {},
    httpAdmin: Object.fromEntries(methods.map(method => [method, register(method.toUpperCase())])),
    auth: { needsPermission: (permission: string) => Object.assign(() => {}, { permission }) },
  };
  for (const file of [...Object.values(nodes), ...Object.values(plugins)]) {
    (load(join(PACKAGE_ROOT, file)) as (red: object) => void)(RED);
  }
  liveState.close();
  return routes;
}

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

/** Fills in ids, each parameter with the same text. */
const filled = ({ path }: Route, id: string): string => path.replace(/:\w+/g, id);

describe('routes of the package', () => {
  const routes = registeredRoutes();
  const show = ({ method, path }: Route) => `${method} ${path}`;
  const userDir = tempFolder('userdir');
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => running.url);
  const askRoute = (route: Route, id: string, token?: string) =>
    ask(route.method, filled(route, id), token, route.method === 'GET' ? undefined : {});

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW, ADMIN_AUTH, userDir);
  });
  after(() => running?.program.stop());

  it('are found, and all ask for a permission of the package before anything else', () => {
    assert.ok(routes.length >= 10, routes.map(show).join('\n'));
    for (const route of routes) {
      assert.match(String(route.permission), /^audio-anomaly\.(read|write)$/, show(route));
      assert.match(route.path, /^\/audio-anomaly\//, 'no other part of Node-RED is touched');
    }
  });

  it('are closed to strangers and to stolen tokens', async () => {
    for (const route of routes) {
      for (const token of [undefined, 'stolen']) {
        assert.equal((await askRoute(route, 'mic', token)).status, 401, show(route));
      }
    }
  });

  it('let a reader look and change nothing', async () => {
    for (const route of routes) {
      const { status } = await askRoute(route, 'mic', 'reader');
      if (route.permission === 'audio-anomaly.write') assert.equal(status, 401, show(route));
      else assert.notEqual(status, 401, show(route));
    }
  });

  it('answer ids that try to be paths with 400 or 404, in words', async () => {
    const outside = join(userDir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.wav'), 'secret');
    mkdirSync(join(userDir, 'audio-models'), { recursive: true });
    symlinkSync(outside, join(userDir, 'audio-models', 'link'));
    const tricks = ['..%2f..%2foutside%2fsecret', '%2e%2e', 'link%2fsecret.wav', 'mic%00', '__proto__', 'constructor'];
    for (const route of routes.filter(({ path }) => path.includes(':'))) {
      for (const trick of [...tricks, 'x'.repeat(5000)]) {
        const { status, body, bytes } = await askRoute(route, trick, 'writer');
        // Columns of a source that nobody looks at are none; what is asked for is only looked up.
        // A picture that is not there is an empty answer, whatever the id.
        const nothing =
          (status === 200 && (body as { end?: number }).end === 0) || (status === 204 && bytes.length === 0);
        assert.ok(status === 400 || status === 404 || nothing, `${show(route)} ${trick}: ${status}`);
        assert.ok(!bytes.includes('secret.wav') && !/\bat .*\.js:\d+/.test(bytes.toString()), bytes.toString());
      }
    }
    assert.deepEqual(readdirSync(outside), ['secret.wav']);
    assert.ok(!existsSync(join(userDir, 'audio-models', 'normal')));
  });

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
