// wav-folder in a whole Node-RED with adminAuth: the route behind its button, and its pace, which hangs on the
// runtime's messaging hooks.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { writeRamp } from '../audio/fixtures';
import { freePort, Program } from '../support/processes';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const load = createRequire(__filename);
const PACKAGE = join(__dirname, '..', '..');

/** Two users: one may look, the other may do anything. They log in with a token. */
const ADMIN_AUTH = `{
  type: 'credentials',
  users: [],
  tokens: async token => ({ reader: { username: 'reader', permissions: 'read' }, writer: { username: 'writer', permissions: '*' } })[token] ?? null,
}`;

/** A slow node: 40 ms for each message, counting how many it has at once. */
const SLOW = `
const now = (flow.get('now') || 0) + 1;
flow.set('now', now);
flow.set('most', Math.max(now, flow.get('most') || 0));
setTimeout(() => {
  flow.set('now', flow.get('now') - 1);
  node.send(msg);
  node.done();
}, 40);`;

/** Does to the last message of a pass what a user's own function node may do. */
const BREAK_THE_LAST = `
if (msg.complete) msg.payload = 'broken';
return msg;`;

const NOTE = `
const noted = flow.get('noted') || [];
noted.push(msg.status ? msg.status.text : msg.payload);
flow.set('noted', noted);`;

describe('wav-folder in Node-RED', () => {
  const userDir = tempFolder('userdir');
  let program: Program;
  let url: string;

  const ask = (method: string, path: string, token?: string) =>
    fetch(`${url}${path}`, {
      ...{ method, body: method === 'POST' ? '{}' : undefined },
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    });
  const run = async (id: string, token?: string) =>
    (await ask('POST', `/audio-anomaly/wav-folder/${id}/run`, token)).status;

  before(async function () {
    this.timeout(90_000);
    mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
    symlinkSync(PACKAGE, join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly'));
    mkdirSync(join(userDir, 'sounds', 'test'), { recursive: true });
    for (let i = 0; i < 40; i++) writeRamp(join(userDir, 'sounds', 'test', `${i}.wav`), 800);
    mkdirSync(join(userDir, 'damaged'));
    for (let i = 0; i < 6; i++) writeRamp(join(userDir, 'damaged', `${i}.wav`), 4000);
    writeFileSync(join(userDir, 'damaged', '9.wav'), 'this is no sound');
    const flow = [
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'folder', type: 'wav-folder', z: 'tab', folder: 'sounds', wires: [['slow']] },
      { id: 'slow', type: 'function', z: 'tab', func: SLOW, outputs: 1, wires: [['record']] },
      { id: 'record', type: 'wav-record', z: 'tab', folder: 'copies', label: '', wires: [[]] },
      { id: 'training', type: 'tab', label: 'Training' },
      { id: 'model', type: 'audio-model', name: 'ramps', folder: 'models', threads: 1 },
      { id: 'files', type: 'wav-folder', z: 'training', folder: 'damaged', wires: [['break']] },
      { id: 'break', type: 'function', z: 'training', func: BREAK_THE_LAST, outputs: 1, wires: [['keep']] },
      { id: 'keep', type: 'wav-record', z: 'training', folder: 'kept', wires: [['augment']] },
      { id: 'augment', type: 'audio-augment', z: 'training', copies: 1, wires: [['picture']] },
      {
        ...{ id: 'picture', type: 'spectrogram', z: 'training', frames: 8, melBands: 16, fftSize: 256 },
        wires: [['train']],
      },
      {
        ...{ id: 'train', type: 'vae-train', z: 'training', model: 'model', epochs: 2, wires: [['segments'], []] },
        ...{ preset: 'custom', filters: '4', kernels: '3', strides: '2' },
      },
      {
        ...{ id: 'segments', type: 'change', z: 'training', wires: [['note']] },
        rules: [{ t: 'move', p: 'payload.segments', pt: 'msg', to: 'payload', tot: 'msg' }],
      },
      { id: 'statuses', type: 'status', z: 'training', scope: ['train', 'files', 'keep'], wires: [['note']] },
      { id: 'note', type: 'function', z: 'training', func: NOTE, outputs: 0, wires: [] },
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
    const common = JSON.stringify(join(PACKAGE, 'test', 'support', 'node-red-settings.cjs'));
    writeFileSync(
      join(userDir, 'settings.js'),
      `module.exports = { ...require(${common}), adminAuth: ${ADMIN_AUTH} };`,
    );
    const port = await freePort();
    const start = [
      join(dirname(load.resolve('node-red/package.json')), 'red.js'),
      '--userDir',
      userDir,
      '--port',
      `${port}`,
    ];
    program = await Program.start(process.execPath, start, {
      cwd: userDir,
      env: { ...process.env, HOME: userDir, NODE_RED_HOME: undefined },
    });
    await program.line('Node-RED to start', /Started flows/, 60_000);
    url = `http://127.0.0.1:${port}`;
  });
  after(() => program?.stop());

  it('lets only those run it who may', async () => {
    assert.equal(await run('folder'), 401);
    assert.equal(await run('folder', 'stolen'), 401);
    assert.equal(await run('folder', 'reader'), 401);
    assert.equal(await run('record', 'writer'), 404);
    assert.equal(await run('nobody', 'writer'), 404);
  });

  it('runs at the button, at the pace of a slow flow, and every segment arrives', async () => {
    assert.equal(await run('folder', 'writer'), 200);
    const copies = join(userDir, 'copies', 'test');
    await until('40 copies', () => existsSync(copies) && readdirSync(copies).length === 40, {
      timeout: 20_000,
    });
    const most = (await (await ask('GET', '/context/flow/tab/most', 'writer')).json()) as { msg: string };
    assert.ok(Number(most.msg) > 1 && Number(most.msg) <= 9, `${most.msg} segments were in the slow node at once`);
    assert.doesNotMatch(program.output, /\[(warn|error)\] \[(wav|function)/);
  });

  it('makes a training start where the last file is damaged and a function breaks the last message', async () => {
    assert.equal(await run('files', 'writer'), 200);
    const noted = await until('the training', async () => {
      const answer = await (await ask('GET', '/context/flow/training/noted', 'writer')).json();
      const entries = JSON.stringify((answer as { msg?: string }).msg ?? '');
      return /trained v1/.test(entries) && entries;
    });
    assert.match(noted, /7 files, 1 skipped/);
    assert.match(noted, /expected an audio segment/);
    // Five of six, each with its copy.
    assert.match(noted, /training on 10 segments · 2 left out/);
    assert.match(noted, /trained v1[^"]* · 2 left out/);
  });
});
