// A Node-RED of its own for tests of the admin API: with this package linked in, and, where wanted, users who log in.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
): Promise<{ program: Program; url: string }> {
  mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
  symlinkSync(PACKAGE_ROOT, join(userDir, 'node_modules', '@earshot', 'node-red-audio-anomaly'));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
  const common = JSON.stringify(join(PACKAGE_ROOT, 'test', 'support', 'node-red-settings.cjs'));
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { ...require(${common}), ${adminAuth ? `adminAuth: ${adminAuth}` : ''} };`,
  );
  const port = await freePort();
  const script = join(dirname(createRequire(__filename).resolve('node-red/package.json')), 'red.js');
  const program = await Program.start(process.execPath, [script, '--userDir', userDir, '--port', String(port)], {
    cwd: userDir,
    env: { ...process.env, HOME: userDir, NODE_RED_HOME: undefined },
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

/** Asks below an address. Paths go over the wire as they are: nothing in them is decoded or resolved. */
export function asking(url: () => string): Ask {
  return async (method, path, token, body) => {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    if (body) headers['Content-Type'] = 'application/json';
    const response = await fetch(`${url()}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, bytes, body: type.includes('json') ? JSON.parse(bytes.toString()) : {} };
  };
}
