// What the editor asks of audio-plot over HTTP, and what it is told over its web socket, in a real Node-RED behind
// adminAuth.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { ADMIN_AUTH, startAdmin } from '../support/admin';
import { inject, javascript } from '../support/flows';
import { parseSvg, textsOf } from '../support/svg';
import { Inbox, sleep, until } from '../support/wait';

// Node-RED's own web socket library, found from the package of it that depends on it.
const WebSocket = createRequire(createRequire(__filename).resolve('@node-red/editor-api'))('ws') as typeof import('ws');

const EPOCH = `
const epoch = (context.get('epoch') || 0) + 1;
context.set('epoch', epoch);
return { topic: 'progress', payload: { phase: 'training', epoch, epochs: 20, loss: 1 / epoch, rl: 0.02, kl: 3 } };`;

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  inject('next', 'tab', [['epoch']]),
  inject('reset', 'tab', [['plot']], { reset: true }),
  javascript('epoch', 'tab', EPOCH, [['plot']]),
  { id: 'plot', type: 'audio-plot', z: 'tab', plot: 'loss', format: 'svg', wires: [[]] },
  { id: 'empty', type: 'audio-plot', z: 'tab', wires: [[]] },
];

describe('pictures for the editor', () => {
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const events = new Inbox<{ topic: string }>();
  const ask = (path: string, token?: string, method = 'GET') =>
    fetch(`${running.url}${path}`, { method, headers: token ? { Authorization: `Bearer ${token}` } : {} });
  const look = (id: string, token?: string) => ask(`/audio-anomaly/plot/${id}`, token);
  const press = async (id: string) => assert.equal((await ask(`/inject/${id}`, 'writer', 'POST')).status, 200);
  const told = () => events.items.filter(({ topic }) => topic === 'audio-anomaly/plot/plot').length;

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW, ADMIN_AUTH);
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/comms`);
    socket.on('message', data => {
      const parsed: unknown = JSON.parse(String(data));
      for (const event of [parsed].flat()) events.push(event as { topic: string });
    });
    await new Promise(resolve => {
      socket.once('open', resolve);
    });
    socket.send(JSON.stringify({ auth: 'reader' }));
    await events.find('log-in', event => 'auth' in event);
    socket.send(JSON.stringify({ subscribe: 'audio-anomaly/plot/+' }));
  });
  after(() => running?.program.stop());

  it('are closed to strangers', async () => {
    for (const id of ['plot', 'empty', 'nothing']) assert.equal((await look(id)).status, 401);
    assert.equal((await look('plot', 'stolen')).status, 401);
  });

  it('are those of audio-plot nodes, by their ids, and of nothing else', async () => {
    assert.equal((await look('empty', 'reader')).status, 204);
    for (const id of [
      'next',
      'nothing',
      '__proto__',
      '..%2Fplot%2Fplot',
      'plot%2F..%2Fplot',
      '..%2F..%2Fsettings.js',
    ]) {
      const answer = await look(id, 'reader');
      assert.ok([204, 404].includes(answer.status), `${id}: ${answer.status}`);
      assert.equal((await answer.text()).includes('settings'), false);
    }
  });

  it('are the latest, and inert where they are opened by their address', async () => {
    await press('next');
    await press('next');
    const answer = await until('picture', async () => {
      const got = await look('plot', 'reader');
      return got.status === 200 && got;
    });
    assert.match(decodeURIComponent(answer.headers.get('x-words') ?? ''), /^epoch [12]\/20$/);
    assert.equal(answer.headers.get('content-type'), 'image/svg+xml; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
    const texts = textsOf(parseSvg(await answer.text())).map(({ text }) => text);
    assert.ok(texts.includes('epoch 2 of 20'), texts.join(' | '));
    const sizes = {
      '480,300': '',
      '900,700': '?width=900&height=700',
      '2400,160': '?width=1e9&height=x',
      '160,160': '?width=-4',
    };
    for (const [size, question] of Object.entries(sizes)) {
      const [{ attributes }] = parseSvg(await (await look(`plot${question}`, 'reader')).text());
      assert.equal(`${attributes.width},${attributes.height}`, size);
    }
  });

  it('are told of once to an editor that asked for one, and not again until it asks again', async () => {
    await sleep(700); // what was under way from the test before
    await look('plot', 'reader');
    const before = told();
    for (let i = 0; i < 5; i++) {
      await press('next');
      await sleep(300);
    }
    assert.equal(told(), before + 1);
    await look('plot', 'reader');
    await press('next');
    await until('word of the next picture', () => told() === before + 2);
    const { topic, ...rest } = events.items.findLast(event => event.topic === 'audio-anomaly/plot/plot')!;
    assert.ok(JSON.stringify(rest).length < 40, 'the picture itself is not sent');
  });

  it('go away on msg.reset', async () => {
    await look('plot', 'reader');
    const before = told();
    await press('reset');
    await until('word of it', () => told() === before + 1);
    assert.equal((await look('plot', 'reader')).status, 204);
  });
});
