// Days of a microphone in a real Node-RED, as fast as it can hear them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NodeRed } from '../demo/node-red.mjs';
import { freePort } from '../demo/ports.mjs';
import { visit } from './editor.mjs';
import { flowOf, MODULE, writeUserDir } from './flow.mjs';
import { vitalsOf } from './vitals.mjs';

/** Hours from one training to the next. */
const TRAIN_EVERY = 6;
const TRAINED_ON = 60;

/**
 * Runs so many hours; each has an alarm, a deployment and a visit of an editor, every sixth a training.
 * @param onHour called with what the process holds after each
 * @param options `hourSeconds` of sound that count as an hour
 * @returns what became of the segments
 */
export async function soak(hours, onHour, { hourSeconds = 3600 } = {}) {
  const userDir = mkdtempSync(join(tmpdir(), 'earshot-soak-'));
  writeUserDir(userDir);
  const port = String(await freePort(18_800));
  const nodeRed = new NodeRed({ userDir, port, env: { EARSHOT_DEMO_SECRET: 'soak', EARSHOT_DEMO_PORT: port } });
  const post = async (path, body = {}, headers = {}) => {
    const answer = await fetch(`${nodeRed.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const ask = (verb, body) => post(`/soak/${verb}`, body);
  const train = async () => {
    const { trained } = await ask('look');
    await ask('train', { segments: TRAINED_ON });
    return async () => {
      while ((await ask('look')).trained === trained) await sleep(100);
    };
  };
  const deploy = async revision => {
    const changed = { 'Node-RED-Deployment-Type': 'nodes', 'Node-RED-API-Version': 'v2' };
    await post('/flows', { flows: flowOf(revision) }, changed);
  };
  // Who ends the soak ends Node-RED with it.
  const end = () => void nodeRed.stop().then(() => process.exit(1));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    await nodeRed.ready(MODULE);
    const first = await train();
    await first();
    for (let hour = 1; hour <= hours; hour++) {
      const trained = hour % TRAIN_EVERY === 0 ? await train() : () => {};
      const half = ask('pass', { seconds: hourSeconds / 2 });
      await visit(nodeRed.url);
      await half;
      const rest = ask('pass', { seconds: hourSeconds / 2 });
      await deploy(hour);
      await rest;
      await trained();
      await ask('collectGarbage');
      await sleep(200);
      onHour({ hour, ...vitalsOf(nodeRed.child.pid, userDir), ...(await ask('look')) });
    }
    return await ask('look');
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    await nodeRed.stop();
    rmSync(userDir, { recursive: true, force: true });
  }
}
