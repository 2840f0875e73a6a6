// What the editor asks of mic-in over HTTP, in a real Node-RED: open, and closed by adminAuth.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, Program } from '../support/processes';
import { tempFolder } from '../support/temp';

const load = createRequire(__filename);
const PACKAGE = join(__dirname, '..', '..');

/** Two users: one may look, the other may look and switch. They log in with a token. */
const ADMIN_AUTH = `{
  type: 'credentials',
  users: [],
  tokens: async token => ({ reader: { username: 'reader', permissions: 'read' }, writer: { username: 'writer', permissions: '*' } })[token] ?? null,
}`;

/** Starts Node-RED with this package and one mic-in node that does not listen. */
async function startNodeRed(adminAuth?: string): Promise<{ program: Program; url: string }> {
  const userDir = tempFolder('userdir');
  mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
  symlinkSync(PACKAGE, join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly'));
  const flow = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'mic', type: 'mic-in', z: 'tab', autostart: false, wires: [[]] },
    { id: 'other', type: 'comment', z: 'tab', wires: [] },
  ];
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
  const common = JSON.stringify(join(PACKAGE, 'test', 'support', 'node-red-settings.cjs'));
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { ...require(${common}), ${adminAuth ? `adminAuth: ${adminAuth}` : ''} };`,
  );
  const port = await freePort();
  const program = await Program.start(
    process.execPath,
    [join(dirname(load.resolve('node-red/package.json')), 'red.js'), '--userDir', userDir, '--port', String(port)],
    { cwd: userDir, env: { ...process.env, HOME: userDir, NODE_RED_HOME: undefined } },
  );
  await program.line('Node-RED to start', /Started flows/, 60_000);
  return { program, url: `http://127.0.0.1:${port}/audio-anomaly` };
}

type Ask = (method: string, path: string, token?: string) => Promise<{ status: number; body: Record<string, unknown> }>;

function asking(url: () => string): Ask {
  return async (method, path, token) => {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    const response = await fetch(`${url()}${path}`, { method, headers });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
  };
}

describe('routes of mic-in', () => {
  let running: { program: Program; url: string };
  const ask = asking(() => running.url);

  before(async function () {
    this.timeout(90_000);
    running = await startNodeRed();
  });
  after(() => running?.program.stop());

  it('list the devices, or say in words why not', async () => {
    const { status, body } = await ask('GET', '/devices?backend=auto');
    assert.equal(status, 200);
    assert.ok(Array.isArray(body.devices));
    assert.ok(body.devices.length > 0 || typeof body.problem === 'string');
    const missing = await ask('GET', '/devices?backend=naudiodon');
    if (!isInstalled('naudiodon')) assert.match(String(missing.body.problem), /naudiodon is not installed/);
  });

  it('refuse an unknown recorder', async () => {
    const { status, body } = await ask('GET', '/devices?backend=sox');
    assert.equal(status, 400);
    assert.equal(body.error, 'no such recorder; expected one of auto, arecord, decibri, naudiodon');
  });

  it('hand start, stop and toggle to the node', async () => {
    for (const action of ['start', 'stop', 'toggle', 'stop']) {
      assert.equal((await ask('POST', `/mic-in/mic/${action}`)).status, 200, action);
    }
  });

  it('refuse unknown actions, unknown nodes and nodes of another type', async () => {
    assert.equal((await ask('POST', '/mic-in/mic/explode')).status, 400);
    assert.equal((await ask('POST', '/mic-in/nobody/start')).status, 404);
    assert.equal((await ask('POST', '/mic-in/other/start')).status, 404);
  });
});

describe('routes of mic-in behind adminAuth', () => {
  let running: { program: Program; url: string };
  const ask = asking(() => running.url);

  before(async function () {
    this.timeout(90_000);
    running = await startNodeRed(ADMIN_AUTH);
  });
  after(() => running?.program.stop());

  it('are closed to strangers', async () => {
    assert.equal((await ask('GET', '/devices')).status, 401);
    assert.equal((await ask('POST', '/mic-in/mic/start')).status, 401);
    assert.equal((await ask('GET', '/devices', 'stolen')).status, 401);
  });

  it('let a reader look but not switch', async () => {
    assert.equal((await ask('GET', '/devices', 'reader')).status, 200);
    assert.equal((await ask('POST', '/mic-in/mic/stop', 'reader')).status, 401);
  });

  it('let a writer do both', async () => {
    assert.equal((await ask('GET', '/devices', 'writer')).status, 200);
    assert.equal((await ask('POST', '/mic-in/mic/stop', 'writer')).status, 200);
  });
});

function isInstalled(name: string): boolean {
  try {
    load.resolve(name);
    return true;
  } catch {
    return false;
  }
}
