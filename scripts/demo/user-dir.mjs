// The demo's own Node-RED user directory, <folder>/user: the package linked in, and the demo flow on
// the first start. What a person changes there later is theirs and is never overwritten.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DEMO_FLOW = '01 demo - motor with bundled sounds.json';
/** Node-RED puts the variable's value in when it starts the flow. */
const BROKER_PORT = `\${EARSHOT_DEMO_MQTT_PORT}`;

/** Puts the present user directory aside (one generation is kept), so that the next start is a first one. */
export function putAside(demo) {
  const user = join(demo, 'user');
  if (!existsSync(user)) return;
  rmSync(join(demo, 'previous'), { recursive: true, force: true });
  renameSync(user, join(demo, 'previous'));
}

/** Makes `<user>/node_modules/<package>` point to the clone. */
function linkPackage(root, user) {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = join(user, 'package.json');
  if (!existsSync(manifest)) {
    const content = { name: 'earshot-demo', private: true, dependencies: { [name]: `file:${root}` } };
    writeFileSync(manifest, `${JSON.stringify(content, null, 2)}\n`);
  }
  const link = join(user, 'node_modules', ...name.split('/'));
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(root, link, 'junction');
}

/** A secret of this user directory's own, so that passwords typed into the demo are not stored in clear. */
function credentialSecret(user) {
  const file = join(user, '.credential-secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** The demo flow with the address of the demo's broker, which may be on another port at the next start. */
function demoFlow(root) {
  const flow = JSON.parse(readFileSync(join(root, 'examples', DEMO_FLOW), 'utf8'));
  for (const node of flow) {
    if (node.type === 'mqtt-broker') Object.assign(node, { broker: '127.0.0.1', port: BROKER_PORT });
  }
  return flow;
}

/**
 * Makes the user directory ready.
 * @returns its path, the secret for its credentials, and on the first start the id of the inject node that begins the
 *   demo (undefined on later starts)
 */
export function prepareUserDir(root, demo) {
  const user = join(demo, 'user');
  mkdirSync(user, { recursive: true });
  linkPackage(root, user);
  const flowFile = join(user, 'flows.json');
  let firstButton;
  if (!existsSync(flowFile)) {
    const flow = demoFlow(root);
    writeFileSync(flowFile, JSON.stringify(flow, null, 4));
    firstButton = flow.find(node => node.type === 'inject' && node.name.startsWith('1'))?.id;
  }
  return { user, secret: credentialSecret(user), firstButton };
}
