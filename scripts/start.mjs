// `npm start`: from a fresh clone to a running demo. Installs and builds where needed, then starts Node-RED with the
// demo flow and a small MQTT broker, all on the loopback address and in a user directory of its own.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './demo/build-if-stale.mjs';
import { freePort } from './demo/ports.mjs';
import { putAside } from './demo/user-dir.mjs';
import { ensureInstalled, root } from './set-up.mjs';

const HTTP_PORT = 1880;
const MQTT_PORT = 1883;
const HELP = `npm start                   start the demo (what you changed in it last time is kept)
npm start -- --fresh        start over: the flow and models of last time are moved to .demo/previous
npm start -- --folder DIR   keep the demo's Node-RED in DIR instead of .demo
npm start -- --help         this text`;

const say = (text = '') => console.log(text);
const indent = text => text.replace(/^/gm, '    ');

/** The demo that is already running in this clone, if any: two must not share one user directory. */
function running(runningFile) {
  try {
    const { pid, url } = JSON.parse(readFileSync(runningFile, 'utf8'));
    process.kill(pid, 0);
    return { pid, url };
  } catch {
    return undefined;
  }
}

function portNote(what, wanted, got) {
  return got === wanted ? '' : `  (port ${wanted} is taken by another program, so ${what} is on ${got})`;
}

function welcome({ folder, httpPort, mqttPort, firstStart }) {
  const next = firstStart
    ? `What happens now, by itself: a small model learns from the bundled recordings how a healthy motor sounds
(under the vae-train node you see it count the epochs). Then it listens to other recordings, of the
same motor healthy and with a damaged propeller. Alarms appear below, under the nodes, and in the
editor's debug sidebar (the bug icon at the top right).

To do it again: press the button on the left of "1 · Learn normal" or "2 · Listen".`
    : `Press the button on the left of "1 · Learn normal" to train, or of "2 · Listen"
to listen with the model you already have. (npm start -- --fresh starts over.)`;
  return `
  Earshot is running. Open this address in a browser:

    Node-RED editor   http://127.0.0.1:${httpPort}${portNote('Node-RED', HTTP_PORT, httpPort)}
    MQTT broker       mqtt://127.0.0.1:${mqttPort}${portNote('the broker', MQTT_PORT, mqttPort)}

${indent(next)}

    Ctrl-C ends everything. What you change is kept in ${relative(process.cwd(), join(folder, 'user'))} for the next start.
`;
}

async function main() {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new Error(`Earshot needs Node.js 20 or newer; this is ${process.version} (https://nodejs.org).`);
  }
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean' },
      folder: { type: 'string', default: join(root, '.demo') },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return say(HELP);
  const folder = resolve(values.folder);
  const runningFile = join(folder, 'running.json');
  const other = running(runningFile);
  if (other) throw new Error(`The demo is already running at ${other.url} (process ${other.pid}). End that one first.`);

  if (!ensureInstalled()) throw new Error('The installation failed; the messages of npm above say why.');
  ensureBuilt(root, say);
  // Only now are the packages there that this one needs.
  const { startDemo } = await import('./demo/demo.mjs');

  if (values.fresh) putAside(folder);
  const httpPort = await freePort(HTTP_PORT);
  const mqttPort = await freePort(MQTT_PORT);
  const onMessage = (topic, text) => say(`  ${new Date().toLocaleTimeString()}  MQTT ${topic}  ${text}`);
  const { nodeRed, ready, firstButton, stop } = await startDemo({ root, folder, httpPort, mqttPort, onMessage });
  writeFileSync(runningFile, JSON.stringify({ pid: process.pid, url: nodeRed.url }));

  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!ending) say('\n  Ending Node-RED and the broker …');
      ending = true;
      stop();
    });
  }

  try {
    await ready();
    say(welcome({ folder, httpPort, mqttPort, firstStart: firstButton !== undefined }));
    if (firstButton) await nodeRed.press(firstButton);
    const code = await nodeRed.exited;
    if (!ending) throw new Error(`Node-RED ended by itself (exit code ${code}); its messages above say why.`);
  } catch (error) {
    // Ctrl-C while Node-RED is still starting is no failure.
    if (!ending) throw error;
  } finally {
    await stop();
    rmSync(runningFile, { force: true });
  }
}

main().catch(error => {
  console.error(`\n  ${error.message}\n`);
  process.exitCode = 1;
});
