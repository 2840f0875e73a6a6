// An editor that comes, looks at everything that the sidebar shows, and goes.
import { createRequire } from 'node:module';
import { MODEL } from './flow.mjs';

const require = createRequire(import.meta.url);
// Node-RED's own web socket library.
const WebSocket = createRequire(require.resolve('@node-red/editor-api'))('ws');

export async function visit(url) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/comms`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  for (const topic of ['debug', 'status/#', 'notification/#']) socket.send(JSON.stringify({ subscribe: topic }));
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  await fetch(`${url}/audio-anomaly/sidebar/watch`, { ...json, body: JSON.stringify({ model: MODEL }) });
  const get = path => fetch(`${url}${path}`).then(answer => answer.arrayBuffer());
  for (const path of ['/', '/nodes', '/flows', '/settings']) await get(path);
  for (const path of ['', '/scores']) await get(`/audio-anomaly/sidebar/models/${MODEL}${path}`);
  socket.close();
  await new Promise(resolve => socket.once('close', resolve));
}
