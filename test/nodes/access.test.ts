// Who gets at what: every route that Express has registered for this package, tried by everybody in every spelling of its
// address. Nothing here lists routes: a new one is tried too.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { ADMIN_AUTH, startAdmin } from '../support/admin';
import { describeGenerations, GENERATIONS } from '../support/generations';
import { tempFolder } from '../support/temp';

interface Route {
  method: string;
  path: string;
}

interface Asked {
  token?: string;
  /** Of the content; JSON where left out, none where empty. */
  type?: string;
  body?: string;
}

interface Answer {
  status: number;
  text: string;
}

const PACKAGE = '/audio-anomaly/';
/** What is asked for with POST only because it brings fields, and changes nothing. */
const LOOKS_ONLY = ['/audio-anomaly/sidebar/watch'];

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'mic', type: 'mic-in', z: 'tab', autostart: false, wires: [[]] },
  { id: 'model', type: 'audio-model', name: 'Pump' },
  { id: 'folder', type: 'wav-folder', z: 'tab', folder: 'earshot:tap/test', wires: [[]] },
];

/** Sends the path as it is: nothing in it is decoded or resolved on the way. */
async function send(url: string, method: string, path: string, { token, type, body }: Asked = {}): Promise<Answer> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const content = method === 'GET' || method === 'HEAD' ? undefined : (body ?? '{}');
  if (content !== undefined && type !== '') headers['Content-Type'] = type ?? 'application/json';
  if (content !== undefined) headers['Content-Length'] = String(Buffer.byteLength(content));
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, method, path, headers });
  sent.end(content);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode as number, text };
}

async function packageRoutes(url: string): Promise<Route[]> {
  const all = JSON.parse((await send(url, 'GET', '/test/routes')).text) as Route[];
  return all.filter(({ path }) => path.includes(PACKAGE));
}

/** A route's path with the same text for each parameter. */
const filled = ({ path }: Route, value = 'mic'): string => path.replace(/:\w+/g, value);
const show = ({ method, path }: Route): string => `${method} ${path}`;

/** Spellings of an address; Express takes some of them for the same route, and some for none. */
const spellings = (path: string): string[] => [
  path,
  `${path}/`,
  path.toUpperCase(),
  path.replaceAll('/', '//'),
  `/${path}`,
  `${path}?access_token=stolen`,
  `/.${path}`,
  `/x/..${path}`,
  `/x/%2e%2e${path}`,
  path.replace('audio', '%61udio'),
  path.replace('/audio-anomaly/', '/audio-anomaly%2f'),
  path.replace('/audio-anomaly/', '/audio-anomaly/../audio-anomaly/'),
  path.replace('/audio-anomaly/', '/audio-anomaly/.;/'),
  path.replace('/audio-anomaly/', '\\audio-anomaly\\'),
  `${path}%00`,
  `${path};x=1`,
];

const METHODS = ['HEAD', 'PUT', 'DELETE', 'PATCH'];

describeGenerations('access to the routes', GENERATIONS, generation => {
  describe('where everybody has to log in', () => {
    const userDir = tempFolder('userdir');
    let running: Awaited<ReturnType<typeof startAdmin>>;
    let routes: Route[];
    const ask = (method: string, path: string, asked?: Asked) => send(running.url, method, path, asked);

    before(async function () {
      this.timeout(120_000);
      running = await startAdmin(FLOW, ADMIN_AUTH, userDir, generation);
      routes = await packageRoutes(running.url);
    });
    after(() => running?.program.stop());

    it('are all below /audio-anomaly and found in what Express has registered', () => {
      assert.ok(routes.length >= 20, routes.map(show).join('\n'));
      for (const route of routes) assert.ok(route.path.startsWith(PACKAGE), show(route));
    });

    it('are closed to strangers and stolen tokens, however the address is spelt', async function () {
      this.timeout(120_000);
      let tried = 0;
      for (const route of routes) {
        for (const path of spellings(filled(route))) {
          for (const method of [route.method, ...METHODS]) {
            for (const token of [undefined, 'stolen']) {
              const { status, text } = await ask(method, path, { token });
              tried++;
              assert.ok([400, 401, 404].includes(status), `${method} ${path} as ${token}: ${status} ${text}`);
            }
          }
        }
        assert.equal((await ask(route.method, filled(route))).status, 401, show(route));
      }
      console.log(`      ${routes.length} routes, ${tried} requests of strangers`);
    });

    it('let those who may look look, and change nothing, however the address is spelt', async function () {
      this.timeout(120_000);
      for (const route of routes) {
        const isClosed = route.method !== 'GET' && !LOOKS_ONLY.includes(route.path);
        const { status } = await ask(route.method, filled(route), { token: 'reader' });
        assert.equal(status === 401, isClosed, `${show(route)}: ${status}`);
        if (!isClosed) continue;
        for (const path of spellings(filled(route))) {
          const spelt = await ask(route.method, path, { token: 'reader' });
          assert.ok([400, 401, 404].includes(spelt.status), `${route.method} ${path}: ${spelt.status} ${spelt.text}`);
        }
      }
    });

    it('are open to those who may change flows', async () => {
      for (const route of routes) {
        const { status } = await ask(route.method, filled(route, 'nobody'), { token: 'writer' });
        assert.ok(![401, 403].includes(status) && status < 500, `${show(route)}: ${status}`);
      }
    });

    it('answer ids that try to be paths with 400 or 404, in words', async function () {
      this.timeout(120_000);
      const outside = join(userDir, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'secret.wav'), 'secret');
      mkdirSync(join(userDir, 'audio-models'), { recursive: true });
      symlinkSync(outside, join(userDir, 'audio-models', 'link'));
      const tricks = [
        '..%2f..%2foutside%2fsecret',
        '%2e%2e',
        'link%2fsecret.wav',
        'mic%00',
        '__proto__',
        'constructor',
      ];
      for (const route of routes.filter(({ path }) => path.includes(':'))) {
        for (const trick of [...tricks, 'x'.repeat(5000)]) {
          const { status, text } = await ask(route.method, filled(route, trick), { token: 'writer' });
          // Columns of a source that nobody looks at are none; a picture that is not there is an empty answer.
          const isNothing = (status === 200 && /"end":0\b/.test(text)) || (status === 204 && text === '');
          const isRefused = [400, 404].includes(status) || (status === 415 && route.path.endsWith('/upload'));
          assert.ok(isRefused || isNothing, `${show(route)} ${trick}: ${status}`);
          assert.ok(!text.includes('secret.wav') && !/\bat .*\.js:\d+/.test(text), text);
        }
      }
      assert.deepEqual(readdirSync(outside), ['secret.wav']);
      assert.ok(!existsSync(join(userDir, 'audio-models', 'normal')));
    });
  });

  describe('where nobody has to log in', () => {
    let running: Awaited<ReturnType<typeof startAdmin>>;
    let routes: Route[];

    before(async function () {
      this.timeout(120_000);
      running = await startAdmin(FLOW, undefined, undefined, generation);
      routes = await packageRoutes(running.url);
    });
    after(() => running?.program.stop());

    it('take nothing that a page of another site can send by itself', async () => {
      const acting = routes.filter(({ method }) => method !== 'GET');
      assert.ok(acting.length >= 10);
      // What a form or a script may send across sites without the browser asking first (Fetch standard, "CORS-safelisted").
      const types = ['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
      let tried = 0;
      for (const route of acting) {
        for (const type of [...types, 'text/plain; x=application/json', 'application/jsonx']) {
          for (const body of ['{}', '']) {
            const { status, text } = await send(running.url, route.method, filled(route), { type, body });
            assert.equal(status, 415, `${show(route)} with ${type}: ${status} ${text}`);
            assert.match(text, /expected Content-Type: application\/(json|octet-stream)"/);
            tried++;
          }
        }
      }
      console.log(`      ${acting.length} routes that act, ${tried} requests of other types`);
    });

    it('take JSON, however its type is spelt, and nothing but an object in it', async () => {
      const start = (type: string, body: string) =>
        send(running.url, 'POST', '/audio-anomaly/mic-in/mic/stop', { type, body });
      for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
        assert.equal((await start(type, '{}')).status, 200, type);
      }
      for (const body of ['[]', '[1]']) {
        const watched = await send(running.url, 'POST', '/audio-anomaly/sidebar/watch', { body });
        assert.equal(watched.status, 400, body);
        assert.match(watched.text, /expected the form as a JSON object/);
      }
    });
  });
});
