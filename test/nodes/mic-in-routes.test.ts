// What the editor asks of mic-in over HTTP, in a real Node-RED: open, and closed by adminAuth.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'mic', type: 'mic-in', z: 'tab', autostart: false, wires: [[]] },
  { id: 'other', type: 'comment', z: 'tab', wires: [] },
];

describe('routes of mic-in', () => {
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => `${running.url}/audio-anomaly`);

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW);
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
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => `${running.url}/audio-anomaly`);

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW, ADMIN_AUTH);
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
    createRequire(__filename).resolve(name);
    return true;
  } catch {
    return false;
  }
}
