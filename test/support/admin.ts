// A Node-RED of its own for tests of the admin API: with this package linked in, and, where wanted, users who log in.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, NODE_RED_4 } from './generations';
import { PACKAGE_ROOT } from './pack';
import { freePort, Program } from './processes';
import { tempFolder } from './temp';

/** Two users: one may look, the other may look and switch. They log in with their name as the token. */
export const ADMIN_AUTH = `{
  type: 'credentials',
  users: [],
  tokens: async token => ({ reader: { username: 'reader', permissions: 'read' }, writer: { username: 'writer', permissions: '*' } })[token] ?? null,
}`;

/**
 * Starts Node-RED with a flow.
 * @param adminAuth as JavaScript; without it everybody may do anything
 */
export async function startAdmin(
  flow: object[],
  adminAuth?: string,
  userDir = tempFolder('userdir'),
  generation = NODE_RED_4,
): Promise<{ program: Program; url: string }> {
  mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
  symlinkSync(PACKAGE_ROOT, join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly'));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
  const support = join(PACKAGE_ROOT, 'test', 'support');
  const [common, nodesDir] = ['node-red-settings.cjs', 'nodes'].map(name => JSON.stringify(join(support, name)));
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { ...require(${common}), nodesDir: ${nodesDir}, ${adminAuth ? `adminAuth: ${adminAuth}` : ''} };`,
  );
  const port = await freePort();
  const script = join(generation.nodeRed, 'red.js');
  const program = await Program.start(generation.node, [script, '--userDir', userDir, '--port', String(port)], {
    cwd: userDir,
    env: { ...environmentOf(generation), HOME: userDir, NODE_RED_HOME: undefined },
  });
  await program.line('Node-RED to start', /Started flows/, 60_000);
  return { program, url: `http://127.0.0.1:${port}` };
}

export interface Answer {
  status: number;
  type: string;
  bytes: Buffer;
  /** Of an answer in JSON; otherwise `{}`. */
  body: Record<string, unknown>;
}

export type Ask = (method: string, path: string, token?: string, body?: object) => Promise<Answer>;

/**
 * Asks below an address. Paths go over the wire as they are: nothing in them is decoded. What acts is asked as the editor
 * does, with an empty form where there is none.
 */
export function asking(url: () => string): Ask {
  return async (method, path, token, body) => {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    const form = method === 'POST' ? (body ?? {}) : body;
    if (form) headers['Content-Type'] = 'application/json';
    const response = await fetch(`${url()}${path}`, { method, headers, body: form && JSON.stringify(form) });
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, bytes, body: type.includes('json') ? JSON.parse(bytes.toString()) : {} };
  };
}
